# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# nginx: what it would take, what it has loaded, and the app's site.

# nginx_accepts: tests the configuration; the caller has something to undo when it does not pass.
nginx_accepts() { NGINX_SAID=$(nginx -t 2>&1); }

# nginx_complaint: the file and line it does not take.
nginx_complaint() { grep -m1 -F '[emerg]' <<<"$NGINX_SAID" || printf '%s\n' "$NGINX_SAID"; }

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

# nginx_take [restart]: makes nginx load its configuration, and remembers which that was: as it was before, for somebody may change it
# while nginx reads it. Loaded once more than necessary is better than once too little.
nginx_take() {
  local how=${1-reload} print
  server_lock nginx
  systemctl is-active --quiet nginx || how=restart
  print=$(nginx_print)
  systemctl "$how" nginx || fail NginxNotStarted "nginx did not $how." "journalctl -u nginx -n 50"
  write_file /var/lib/hosting/nginx.loaded 0644 root:root "$print $(nginx_started)"$'\n'
  fact nginx "$how"
}

# nginx_accepts_site TEXT: would nginx take its configuration with this as the app's site? Tried where nobody else sees it, in
# a mount namespace of its own: what is not tested is never written, and a server that restarts meanwhile comes up with nginx.
nginx_accepts_site() {
  # shellcheck disable=SC2016 # for the shell in there
  NGINX_SAID=$(printf '%s' "$1" | unshare --mount bash -euc '
    scratch=/var/log/nginx available=/etc/nginx/sites-available enabled=/etc/nginx/sites-enabled
    mount -t tmpfs -o mode=0700 tmpfs "$scratch"
    cp -a "$available" "$enabled" "$scratch"
    # A link would lead out of here.
    rm -rf "$scratch/sites-available/$1"
    cat >"$scratch/sites-available/$1"
    ln -sfn "$available/$1" "$scratch/sites-enabled/$1"
    mount --bind "$scratch/sites-available" "$available"
    mount --bind "$scratch/sites-enabled" "$enabled"
    exec nginx -t' - "$APP" 2>&1)
}

# has_certificate: all of it. A power cut while certbot wrote can leave files with nothing in them.
has_certificate() {
  local part
  for part in cert chain fullchain privkey; do [ -s "/etc/letsencrypt/live/$LINEAGE/$part.pem" ] || return 1; done
}

# put_site: the site as it has to be now (TLS as soon as there is a certificate), tested before it is written. Sets SITE_WROTE.
put_site() {
  SITE_WROTE=
  local text=$SITE_HTTP file=/etc/nginx/sites-available/$APP link=/etc/nginx/sites-enabled/$APP said
  ! has_certificate || text=$SITE_TLS
  [ -d /etc/nginx/sites-available ] || fail NginxMissing "nginx is not installed as Debian has it: /etc/nginx/sites-available is not there."
  if same_file "$file" 0644 root:root "$text" && [ "$(readlink "$link" 2>/dev/null || true)" = "$file" ]; then
    return 0
  fi
  SITE_WROTE=1
  # What is tested here is the sites of all apps.
  server_lock nginx
  # It may name folders that a plan has still to make.
  if ! pending Directory && ! nginx_accepts_site "$text"; then
    printf '%s\n' "$NGINX_SAID"
    said=$(nginx_complaint)
    if nginx_accepts; then
      fail NginxSiteRejected "nginx does not accept the new site of $APP: $said. The one before stays." \
        "Correct the template or hosting.yml, then Publish-NginxSite $APP"
    fi
    fail NginxConfigBroken "nginx's configuration is broken outside the site of $APP: $(nginx_complaint)" \
      "Mend the file it names on the server; nginx goes on with what it has loaded. Then Publish-NginxSite $APP"
  fi
  put_file "$file" 0644 root:root "$text"
  put_link "$file" "$link"
}
