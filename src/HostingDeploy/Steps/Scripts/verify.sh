# shellcheck shell=bash
set +m
require_app
live_slot
[ -n "$SLOT" ] || fail NotDeployed "$APP has never been started on this server." "Invoke-AppDeployment $APP -Setup"
fact release "$LIVE_RELEASE"
unit=$(puma_unit "$SLOT")
systemctl is-active --quiet "$unit" || {
  HEALTH_CODE=crashed
  explain_health "$SLOT"
  fail PumaNotRunning "Puma of $APP is not running ($(systemctl is-active "$unit" || true)): $HEALTH_REASON." "Start-PumaService $APP"
}
ask_health "$SLOT" "$HEALTH_TIMEOUT"
[ "$HEALTH_CODE" = "$HEALTH_STATUS" ] || {
  explain_health "$SLOT"
  fail AppNotHealthy "Puma of $APP runs, but is not healthy: $HEALTH_REASON." "Start-PumaService $APP -Force"
}
# And the way a visitor comes, past nginx on this server.
if [ -s "/etc/letsencrypt/live/$LINEAGE/fullchain.pem" ]; then scheme=https port=443; else scheme=http port=80; fi
ask_site() { curl --silent --insecure --max-time 15 --output /dev/null --write-out '%{http_code}' --resolve "$DOMAIN:$port:127.0.0.1" "$scheme://$DOMAIN$HEALTH_PATH" || true; }
code=$(ask_site)
if [ "$code" = 000 ]; then
  # An nginx that is just reloading closes what came to the workers that go.
  sleep 0.5
  code=$(ask_site)
fi
[ "$code" = "$HEALTH_STATUS" ] || fail SiteNotServed "Puma answers, but $scheme://$DOMAIN$HEALTH_PATH through nginx gives $code." "Restart-NginxService $APP"
fact url "$scheme://$DOMAIN"
fact started "$(systemctl show -p ExecMainStartTimestamp --value "$unit")"
fact pid "$(systemctl show -p MainPID --value "$unit")"
