# shellcheck shell=bash
nginx_accepts || {
  printf '%s\n' "$NGINX_SAID"
  fail NginxConfigBroken "nginx's configuration is broken: $(nginx_complaint). nginx goes on with what it has loaded." \
    "Mend the file it names on the server, then Restart-NginxService $APP"
}
how=reload
systemctl is-active --quiet nginx && [ -z "$FULL_RESTART" ] || how=restart
if [ "$how" = reload ] && [ -z "$FORCE" ] && ! pending Site && ! pending Certificate && nginx_is_current; then exit 0; fi
would "$how nginx" || exit 0
nginx_take "$how"
systemctl is-enabled --quiet nginx || systemctl enable --quiet nginx
