#!/usr/bin/env bash
# Runs inside the new root of a web host, after its packages are in: what an operator sets up once on a server.
set -euo pipefail

update-ca-certificates >/dev/null

adduser --quiet --disabled-password --gecos '' deploy
printf 'deploy ALL=(ALL:ALL) NOPASSWD: ALL\n' >/etc/sudoers.d/deploy
adduser --quiet --disabled-password --gecos '' deploypw
printf 'deploypw ALL=(ALL:ALL) ALL\n' >/etc/sudoers.d/deploypw
chmod 0440 /etc/sudoers.d/deploy /etc/sudoers.d/deploypw

rm -f /etc/nginx/sites-enabled/default
printf 'LANG=C.UTF-8\n' >/etc/default/locale
printf 'LogLevel VERBOSE\nUseDNS no\n' >/etc/ssh/sshd_config.d/sandbox.conf
rm -f /etc/ssh/ssh_host_*_key*

# The gem mirror in place of rubygems.org for every user. Bundler has no configuration file for the whole system, so it
# is a variable for all: /etc/environment is read by PAM (ssh, su) and here by sudo, the other file by systemd (services
# and systemd-run).
printf 'BUNDLE_MIRROR__ALL=%s\n' "$GEM_MIRROR" >>/etc/environment
printf 'Defaults env_file=/etc/environment\n' >/etc/sudoers.d/environment
chmod 0440 /etc/sudoers.d/environment
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\nDefaultEnvironment=BUNDLE_MIRROR__ALL=%s\n' "$GEM_MIRROR" >/etc/systemd/system.conf.d/gem-mirror.conf

# There is no Debian mirror to reach from inside: these would only fail and leave the system "degraded".
systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer
