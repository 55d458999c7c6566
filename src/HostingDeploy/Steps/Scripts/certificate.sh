# shellcheck shell=bash
require_app
certificate=/etc/letsencrypt/live/$LINEAGE/fullchain.pem
renewal=/etc/letsencrypt/renewal/$LINEAGE.conf
arguments=()
reason=''
if ! has_certificate; then
  reason='issue'
else
  names=$(openssl x509 -in "$certificate" -noout -ext subjectAltName | grep -oE 'DNS:[^, ]+' | cut -d: -f2 | sort)
  start=$(date -d "$(openssl x509 -in "$certificate" -noout -startdate | cut -d= -f2)" +%s)
  end=$(date -d "$(openssl x509 -in "$certificate" -noout -enddate | cut -d= -f2)" +%s)
  if ! grep -qxF "server = $ACME_SERVER" "$renewal"; then
    # Without force, certbot finds a staging certificate "not yet due" and keeps it for ever.
    reason="replace (it is from $(sed -n 's/^server = //p' "$renewal"))"
    arguments+=(--force-renewal)
  elif [ "$names" != "$(sort <<<"$DOMAINS")" ]; then
    reason="widen to $(paste -sd' ' <<<"$DOMAINS")"
    arguments+=(--renew-with-new-domains)
  elif [ "$((end - $(date +%s)))" -lt "$(((end - start) / 3))" ] || [ -n "$FORCE" ]; then
    reason='renew'
    arguments+=(--force-renewal)
  fi
fi
if [ -z "$reason" ]; then
  fact expires "$(date -u -d "@$end" +%Y-%m-%dT%H:%M:%SZ)"
  put_site
  [ -z "$SITE_WROTE" ] || [ -n "${PLAN-}" ] || [ -n "$DEPLOYMENT" ] || nginx_take
  exit 0
fi
would "$reason the certificate for $(paste -sd' ' <<<"$DOMAINS") from $ACME_SERVER" || exit 0

# It keeps others out by an error.
server_lock certbot
# What a power cut left half of, certbot takes for what it is named, and fails for ever.
if [ "$reason" = issue ]; then rm -rf "/etc/letsencrypt/live/$LINEAGE" "/etc/letsencrypt/archive/$LINEAGE" "$renewal"; fi
[ ! -d /etc/letsencrypt/accounts ] || find /etc/letsencrypt/accounts -name '*.json' -empty -printf '%h\0' | xargs -0r rm -rf
[ -s "$renewal" ] || rm -f "$renewal"

# nginx must serve the challenge from the site as it is now published.
put_site
nginx_accepts || { printf '%s\n' "$NGINX_SAID"; fail NginxConfigBroken "nginx's configuration is broken: $(nginx_complaint)" "Mend it on the server, then Request-Certificate $APP"; }
nginx_take
server_unlock nginx
while IFS= read -r domain; do arguments+=(-d "$domain"); done <<<"$DOMAINS"
if [ -n "$EMAIL" ]; then arguments+=(--email "$EMAIL" --no-eff-email); else arguments+=(--register-unsafely-without-email); fi
exec 3>&1
issue() {
  said=$(certbot certonly --webroot -w /var/lib/hosting/_acme --cert-name "$LINEAGE" --server "$ACME_SERVER" --non-interactive --agree-tos \
    --deploy-hook 'sync -f /etc/letsencrypt; systemctl reload nginx' "${arguments[@]}" 2>&1 | tee /dev/fd/3)
}
for ((tries = 0; ; tries++)); do
  if issue; then break; fi
  # A renewal that the server's timer began, or a person.
  if [[ $said == *'Another instance of Certbot is already running'* ]]; then
    [ "$tries" -lt 120 ] || fail CertbotBusy "certbot has been running on this server for ten minutes, and lets no other in." "ps -C certbot -f on the server; then Request-Certificate $APP"
    [ "$tries" != 0 ] || fact waiting 'certbot, which somebody else has started on this server'
    sleep 5
    continue
  fi
  # What certbot makes of a connection that fails, and of one that it gives up.
  [[ $said != *'ValueError: Requesting '* && $said != *requests.exceptions.* ]] ||
    fail AcmeServerUnreachable "The server cannot reach the ACME server $ACME_SERVER." "Check that it is up and the server gets there. Then Request-Certificate $APP"
  fail CertificateNotIssued "certbot did not get the certificate for $(paste -sd' ' <<<"$DOMAINS")." \
    "Each of the names must resolve to this server and reach it on port 80. Then Request-Certificate $APP"
done
fact expires "$(date -u -d "$(openssl x509 -in "$certificate" -noout -enddate | cut -d= -f2)" +%Y-%m-%dT%H:%M:%SZ)"
# Else the site that names it could be on disk without it, and nginx would not start.
settle /etc/letsencrypt
put_site
# In a deployment that is the next step's work.
[ -n "$DEPLOYMENT" ] || nginx_take
