class CigarsController < ApplicationController
  def index
    @cigars = Cigar.order(:id)
  end

  def create
    Cigar.create!(params.permit(:name))
    redirect_to root_path, status: :see_other
  end
end
