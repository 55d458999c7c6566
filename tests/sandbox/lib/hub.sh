# shellcheck shell=bash
# What the hub does for tests: DNS answers, commits, and the ACME servers' roots.

# A name has one address at a time: the last one that was set.
set_dns() {
  local name=${1%.} address=$2
  tell_dns clear-a "{\"host\":\"$name.\"}"
  tell_dns add-a "{\"host\":\"$name.\",\"addresses\":[\"$address\"]}"
}

tell_dns() {
  curl --silent --show-error --fail --max-time 5 --output /dev/null --data "$2" "http://$HUB_ADDRESS:$DNS_MANAGEMENT_PORT/$1"
}

# The snippet travels on stdin and runs in the hub's checkout as the user git.
make_commit() {
  local branch=$1 message=$2 snippet=$3
  nsenter --target "$(systemd_of hub)" --all -- \
    setpriv --reuid git --regid git --init-groups --reset-env \
    /usr/local/lib/sandbox/make-commit "$branch" "$message" <<<"$snippet"
}

# Each ACME server makes a new root and intermediate when it starts. Both kinds are needed to verify a certificate
# whose chain a server does not send, so both go in.
fetch_acme_roots() {
  fetch_roots_of acme.sandbox.test "$PRODUCTION_ACME_MANAGEMENT_PORT" >"$CLIENT_DIR/acme-roots-production.pem"
  fetch_roots_of acme-staging.sandbox.test "$STAGING_ACME_MANAGEMENT_PORT" >"$CLIENT_DIR/acme-roots-staging.pem"
  cat "$CLIENT_DIR"/acme-roots-{production,staging}.pem >"$CLIENT_DIR/acme-roots.pem"
}

fetch_roots_of() {
  local name=$1 port=$2
  curl --silent --show-error --fail --max-time 20 \
    --retry 100 --retry-delay 0 --retry-max-time 15 --retry-connrefused \
    --cacert "$CLIENT_DIR/acme-ca.pem" --resolve "$name:$port:$HUB_ADDRESS" \
    "https://$name:$port/roots/0" "https://$name:$port/intermediates/0"
}
