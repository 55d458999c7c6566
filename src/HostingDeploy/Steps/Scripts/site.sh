# shellcheck shell=bash
require_app
live_slot
# Where Puma listens; Start-PumaService writes it when it hands over.
[ -f "$CONF/upstream.conf" ] ||
  put_file "$CONF/upstream.conf" 0644 root:root "server unix:/run/puma-$APP/${SLOT:-a}.sock fail_timeout=0;"$'\n'
put_site
