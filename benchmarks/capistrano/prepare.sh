#!/usr/bin/env bash
# Run as root on the sandbox's server, with the app's deploy key on standard input: makes it ready for Capistrano as an
# operator would. Its login is `deploy`, which runs the app too and has a database of its own.
set -euo pipefail

app=/srv/cigar
install -d -o deploy -g deploy "$app"
install -d -m 0700 -o deploy -g deploy ~deploy/.ssh
install -m 0600 -o deploy -g deploy /dev/stdin ~deploy/.ssh/id_ed25519

cd /
runuser -u postgres -- createuser deploy
runuser -u postgres -- createdb --owner deploy cigar_capistrano

# Puma 5 tells systemd that it is ready only with a gem that the app does not have: a restart does not wait for that.
cat >/etc/systemd/system/puma-capistrano.service <<UNIT
[Unit]
Description=Puma of the app that Capistrano deploys
After=network.target postgresql.service

[Service]
Type=exec
User=deploy
WorkingDirectory=$app/current
Environment=RAILS_ENV=production SECRET_KEY_BASE=$(printf '0%.0s' {1..128}) DATABASE_URL=postgresql:///cigar_capistrano
Environment=BUNDLE_DEPLOYMENT=true BUNDLE_WITHOUT=development:test BUNDLE_PATH=$app/shared/bundle PIDFILE=$app/puma.pid
ExecStart=/usr/bin/env bundle exec puma --bind unix://$app/puma.sock
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --quiet puma-capistrano
