class ApplicationController < ActionController::Base
  # A request without the form's token is served without a session, so that curl can create cigars too.
  protect_from_forgery with: :null_session
end
