Rails.application.config.assets.version = "1.0"
Rails.application.config.assets.compile = false if Rails.env.production?
