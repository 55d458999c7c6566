# frozen_string_literal: true

# The sandbox's app, deployed as Capistrano's documentation says. Debian packages Capistrano without its plug-ins for Bundler,
# Rails and Puma, so the tasks below do what theirs do, in the same places, with the same commands. Where their defaults
# would take more commands than this app needs, there are fewer here: ../../README.md tells which.

lock "~> 3.17"

set :application, "cigar"
set :repo_url, ENV.fetch("BENCHMARK_REPOSITORY")
set :branch, ENV.fetch("BENCHMARK_BRANCH")
set :deploy_to, "/srv/cigar"
append :linked_dirs, "log", "storage", "tmp", "public/assets"

# A throwaway server: what is secret elsewhere is not here. Sent with each command, so it costs no command of its own.
set :default_env, -> {
  {
    "RAILS_ENV" => "production",
    "SECRET_KEY_BASE" => "0" * 128,
    "DATABASE_URL" => "postgresql:///cigar_capistrano",
    "BUNDLE_DEPLOYMENT" => "true",
    "BUNDLE_WITHOUT" => "development:test",
    "BUNDLE_PATH" => shared_path.join("bundle").to_s,
  }
}
SSHKit.config.command_map.prefix[:rake].push("bundle exec")

# capistrano-bundler
namespace :bundler do
  task :install do
    on release_roles(:all) do
      within release_path do
        execute :bundle, :install, "--jobs 4", "--quiet" unless test(:bundle, :check)
      end
    end
  end
end
before "deploy:updated", "bundler:install"

# capistrano-rails
namespace :deploy do
  task :compile_assets do
    on release_roles(:web) do
      within release_path do
        execute :rake, "assets:precompile"
        backup = release_path.join("assets_manifest_backup")
        execute :mkdir, "-p", backup
        pattern = release_path.join("public/assets", ".sprockets-manifest*")
        execute :cp, capture(:ls, pattern).strip.tr("\n", " "), backup if test(:ls, pattern)
      end
    end
  end

  task :migrate do
    on primary(:db) do
      within release_path do
        execute :rake, "db:migrate"
      end
    end
  end
end
after "deploy:updated", "deploy:compile_assets"
after "deploy:updated", "deploy:migrate"

# capistrano3-puma
namespace :puma do
  task :restart do
    on roles(:app) do
      execute :sudo, :systemctl, :restart, "puma-capistrano"
    end
  end
end
after "deploy:finished", "puma:restart"
