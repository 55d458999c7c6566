#!/usr/bin/env bash
# Runs inside the root of the hub while its layer is built; /mnt holds what it needs and is thrown away.
set -euo pipefail

mapfile -t packages </mnt/hub.packages
# Each release of Debian packages one asset pipeline for Rails.
case $(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release) in
  bookworm) packages+=(ruby-sprockets-rails) ;;
  *)
    packages+=(ruby-rails-propshaft)
    sed -i 's/^gem "sprockets-rails".*/gem "propshaft"/' /mnt/bundles/main/Gemfile
    ;;
esac
DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "${packages[@]}"
apt-get clean

# Lock files for what this release packages, and those very gems as a mirror of rubygems.org.
ruby /mnt/gems/lock.rb /mnt/bundles/main
ruby /mnt/gems/lock.rb /mnt/bundles/api
mkdir -p /srv/gems/gems /srv/sandbox
cp -r /mnt/bundles /srv/sandbox/
ruby /mnt/gems/repack.rb /srv/gems/gems /srv/sandbox/bundles/*/Gemfile.lock
ruby /mnt/gems/index.rb /srv/gems

adduser --quiet --system --group --home /srv/git --shell /usr/bin/git-shell git
# Debian locks the account of a system user, and sshd refuses a locked one even by key.
usermod --password '*' git

cp -r /mnt/hub-files/. /
install -d -m 0755 /etc/pebble
install -m 0644 /mnt/acme/server.pem /mnt/acme/server.key /etc/pebble/
systemctl --quiet enable sandbox-dns.service sandbox-acme@production.service sandbox-acme@staging.service \
  sandbox-repository.service
systemctl --quiet disable postgresql.service certbot.timer
