# frozen_string_literal: true

server ENV.fetch("BENCHMARK_HOST"),
       user: "deploy",
       roles: %w[app db web],
       ssh_options: {
         port: ENV.fetch("BENCHMARK_PORT").to_i,
         config: false,
         keys: [ENV.fetch("BENCHMARK_IDENTITY")],
         keys_only: true,
         user_known_hosts_file: [ENV.fetch("BENCHMARK_KNOWN_HOSTS")],
         global_known_hosts_file: [],
         verify_host_key: :always,
       }
