# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# nginx: what it would take, what it has loaded, and the app's site.

# nginx_accepts: tests the configuration; the caller has something to undo when it does not pass.
nginx_accepts() { NGINX_SAID=$(nginx -t 2>&1); }

# nginx_print: what nginx would load now, certificates included.
nginx_print() {
  {
    nginx -T 2>/dev/null
    find /etc/letsencrypt/live -name fullchain.pem -exec sha256sum {} + 2>/dev/null | sort || true
  } | hash_text
}

nginx_started() { systemctl show -p ExecMainStartTimestampMonotonic --value nginx; }

# nginx_is_current: has nginx loaded what it would load now? When it was started since it was last made to, it took what
# was there at that moment.
nginx_is_current() {
  local loaded='' started='' since
  systemctl is-active --quiet nginx || return 1
  [ ! -f /var/lib/hosting/nginx.loaded ] || read -r loaded started </var/lib/hosting/nginx.loaded
  [ "$loaded" = "$(nginx_print)" ] || return 1
  [ "$started" != "$(nginx_started)" ] || return 0
  since=$(systemctl show -p ExecMainStartTimestamp --value nginx)
  [ -z "$(find /etc/nginx /etc/letsencrypt/archive -newermt "$since" \( -path '/etc/nginx/*' -o -name '*.pem' \) -print -quit 2>/dev/null)" ]
}

# nginx_take [restart]: makes nginx load its configuration, and remembers which that was.
nginx_take() {
  local how=${1-reload}
  systemctl is-active --quiet nginx || how=restart
  systemctl "$how" nginx || fail NginxNotStarted "nginx did not $how." "journalctl -u nginx -n 50"
  printf '%s %s\n' "$(nginx_print)" "$(nginx_started)" >/var/lib/hosting/nginx.loaded
  fact nginx "$how"
}

# put_site: the site as it has to be now (TLS as soon as there is a certificate), tested before nginx ever sees it.
# Sets SITE_WROTE.
put_site() {
  SITE_WROTE=
  local text=$SITE_HTTP file=/etc/nginx/sites-available/$APP link=/etc/nginx/sites-enabled/$APP before='' linked=''
  [ ! -s "/etc/letsencrypt/live/$LINEAGE/fullchain.pem" ] || text=$SITE_TLS
  [ -d /etc/nginx/sites-available ] || fail NginxMissing "nginx is not installed as Debian has it: /etc/nginx/sites-available is not there."
  if same_file "$file" 0644 root:root "$text" && [ "$(readlink "$link" 2>/dev/null || true)" = "$file" ]; then
    return 0
  fi
  SITE_WROTE=1
  if [ -n "${PLAN-}" ]; then
    put_file "$file" 0644 root:root "$text"
    put_link "$file" "$link"
    return 0
  fi
  [ ! -f "$file" ] || before=$(cat "$file"; printf x)
  [ ! -L "$link" ] || linked=$(readlink "$link")
  put_file "$file" 0644 root:root "$text"
  put_link "$file" "$link"
  if ! nginx_accepts; then
    if [ -n "$before" ]; then write_file "$file" 0644 root:root "${before%x}"; else rm -f "$file"; fi
    if [ -n "$linked" ]; then ln -sfn "$linked" "$link"; else rm -f "$link"; fi
    printf '%s\n' "$NGINX_SAID"
    local said=$NGINX_SAID
    if nginx_accepts; then
      fail NginxSiteRejected "nginx does not accept the new site of $APP; the one before is back: $(printf '%s' "$said" | grep -m1 -F '[emerg]')" \
        "Correct the template or hosting.yml, then Publish-NginxSite $APP"
    fi
    fail NginxConfigBroken "nginx's configuration is broken outside the site of $APP: $(printf '%s' "$NGINX_SAID" | grep -m1 -F '[emerg]')" \
      "Mend the file it names on the server; nginx goes on with what it has loaded. Then Publish-NginxSite $APP"
  fi
}
