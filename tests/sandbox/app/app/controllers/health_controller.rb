class HealthController < ApplicationController
  def up
    ActiveRecord::Base.connection.select_value("SELECT 1")
    render plain: "OK\n"
  end

  def version
    render plain: "version=#{Release.version} revision=#{Release.revision} pid=#{Process.pid}\n"
  end

  def slow
    seconds = params.fetch(:seconds, 1).to_f
    sleep(seconds)
    render plain: "slept #{seconds} s, #{Release.version}\n"
  end
end
