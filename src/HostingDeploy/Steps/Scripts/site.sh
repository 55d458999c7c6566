# shellcheck shell=bash
require_app
live_slot
# Where Puma listens; Start-PumaService writes it when it hands over.
[ -f "$CONF/upstream.conf" ] ||
  put_file "$CONF/upstream.conf" 0644 root:root "server unix:/run/puma-$APP/${SLOT:-a}.sock fail_timeout=0;"$'\n'
put_site
if [ -n "${PLAN-}" ] && end=$(openssl x509 -in "/etc/letsencrypt/live/$LINEAGE/fullchain.pem" -noout -enddate 2>/dev/null); then
  note "the certificate has $((($(date -d "${end#*=}" +%s) - $(date +%s)) / 86400)) days left"
fi
