# shellcheck shell=bash
# Root file systems, built once and kept in the cache. A web image is a whole Debian root; a hub image is an overlay
# layer above it with what only the hub needs. Each is named by its release and a hash of everything that shapes it,
# and is built under another name and then renamed, so that an aborted build is never taken for a whole one.

readonly CERTIFICATE_AUTHORITY_DIR=$CACHE_DIR/acme-authority

web_image() {
  local release=$1 hash
  hash=$(fingerprint image/web.packages image/build-web.sh image/setup-web.sh)
  printf '%s/web-%s-%s-%s\n' "$CACHE_DIR" "$release" "$hash" "$(<"$CERTIFICATE_AUTHORITY_DIR/id")"
}

# Its name ends in the hash of the web image it is a layer of.
hub_image() {
  local release=$1 web hash
  web=$(web_image "$release")
  hash=$(fingerprint image/hub.packages image/build-hub.sh image/setup-hub.sh image/gems image/hub-files \
    app/Gemfile branches/api/Gemfile)
  printf '%s/hub-%s-%s-%s\n' "$CACHE_DIR" "$release" "$hash" "${web##*/web-"$release"-}"
}

images_are_built() {
  [[ -e $CERTIFICATE_AUTHORITY_DIR/id && -d $(web_image "$1") && -d $(hub_image "$1") ]]
}

build_images() {
  local release=$1 started=$EPOCHREALTIME build web hub
  mkdir -p "$CACHE_DIR"
  rm -rf "$CACHE_DIR"/building-*
  build_certificate_authority
  web=$(web_image "$release")
  hub=$(hub_image "$release")
  install_missing missing_build_packages
  if [[ ! -d $web ]]; then
    note "building the $release server image, about a minute"
    build=$CACHE_DIR/building-web
    "$SANDBOX_DIR/image/build-web.sh" "$release" "$build" "$CERTIFICATE_AUTHORITY_DIR/ca.pem" \
      >"$CACHE_DIR/build-web.log" 2>&1 ||
      build_failed "$CACHE_DIR/build-web.log"
    mv "$build" "$web"
  fi
  if [[ ! -d $hub ]]; then
    note "building the hub's layer: gem mirror, git and ACME servers"
    build=$CACHE_DIR/building-hub
    unshare --mount --pid --fork --kill-child --propagation private \
      "$SANDBOX_DIR/image/build-hub.sh" "$web" "$build" "$CERTIFICATE_AUTHORITY_DIR" \
      >"$CACHE_DIR/build-hub.log" 2>&1 ||
      build_failed "$CACHE_DIR/build-hub.log"
    mv "$build/layer" "$hub"
    rm -rf "$build"
  fi
  remove_old_images
  note "images are built ($(seconds_since "$started") s)"
}

build_failed() {
  tail -n 20 "$1" >&2
  fail "building the image failed; the whole log is $1"
}

# The authority behind the ACME servers' own TLS. Web images trust it, so it is made once and its id is in their name.
build_certificate_authority() {
  local dir=$CERTIFICATE_AUTHORITY_DIR build=$CACHE_DIR/building-authority
  [[ ! -e $dir/id ]] || return 0
  mkdir -p "$build"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=Sandbox ACME TLS' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign' \
    -keyout "$build/ca.key" -out "$build/ca.pem" 2>/dev/null
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=acme.sandbox.test' \
    -keyout "$build/server.key" -out "$build/server.csr" 2>/dev/null
  openssl x509 -req -in "$build/server.csr" -CA "$build/ca.pem" -CAkey "$build/ca.key" -CAcreateserial -days 3650 \
    -extfile <(printf 'subjectAltName=DNS:acme.sandbox.test,DNS:acme-staging.sandbox.test,IP:%s' "$HUB_ADDRESS") \
    -out "$build/server.pem" 2>/dev/null
  sha256sum "$build/ca.pem" | cut -c1-6 >"$build/id"
  mv "$build" "$dir"
}

# Images that nothing points at any more: not the current ones of any release, not a host's or snapshot's of this state.
remove_old_images() {
  local image release keep=
  for release in bookworm trixie; do
    keep+="$(web_image "$release") $(hub_image "$release") "
  done
  keep+=$(cat "$STATE_DIR"/hosts/*/layers "$STATE_DIR"/snapshots/*/* 2>/dev/null | tr '\n' ' ' || true)
  for image in "$CACHE_DIR"/{web,hub}-*-*; do
    [[ ! -d $image || " $keep " == *" $image "* ]] || rm -rf "$image"
  done
}
