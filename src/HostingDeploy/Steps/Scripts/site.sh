# shellcheck shell=bash
require_app
put_site
if [ -n "${PLAN-}" ] && end=$(openssl x509 -in "/etc/letsencrypt/live/$LINEAGE/fullchain.pem" -noout -enddate 2>/dev/null); then
  note "the certificate has $((($(date -d "${end#*=}" +%s) - $(date +%s)) / 86400)) days left"
fi
