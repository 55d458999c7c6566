class CigarsController < ApplicationController
  def index
    render json: { version: Release.version, revision: Release.revision, cigars: Cigar.order(:id).pluck(:name) }
  end

  def create
    Cigar.create!(params.permit(:name))
    redirect_to root_path, status: :see_other
  end
end
