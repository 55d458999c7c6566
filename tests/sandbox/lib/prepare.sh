# shellcheck shell=bash
# What makes the one image into this very host. Runs once for a fresh disk, before its first boot, on the mounted root.

prepare_host() {
  local host=$1 root=$2
  prepare_identity "$host" "$root"
  authorize "$root" root "$CLIENT_DIR/id_ed25519.pub" "$CLIENT_DIR/id_passphrase.pub"
  if [[ $host == hub ]]; then
    prepare_hub "$root"
  else
    prepare_web "$root"
  fi
}

prepare_identity() {
  local host=$1 root=$2 number
  printf '%s\n' "$host" >"$root/etc/hostname"
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  {
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost ip6-loopback\n' "$host"
    printf '%s git.sandbox.test acme.sandbox.test acme-staging.sandbox.test gems.sandbox.test\n' "$HUB_ADDRESS"
    for number in {1..9}; do
      [[ $host == "web$number" ]] || printf '%s web%s\n' "$(address_of "web$number")" "$number"
    done
  } >"$root/etc/hosts"
  # Nothing answers there, so a name that /etc/hosts does not know is refused at once. A server that cannot be
  # reached at all would cost ten seconds each time.
  printf 'nameserver 127.0.0.1\n' >"$root/etc/resolv.conf"
  install -m 0600 "$HOST_KEYS_DIR/$host"/ssh_host_*_key "$root/etc/ssh/"
  install -m 0644 "$HOST_KEYS_DIR/$host"/ssh_host_*_key.pub "$root/etc/ssh/"
}

# authorize ROOT USER PUBLIC-KEY-FILE...
authorize() {
  local root=$1 user=$2 home owner
  shift 2
  owner=$(awk -F: -v user="$user" '$1 == user { print $3 ":" $4 }' "$root/etc/passwd")
  home=$(awk -F: -v user="$user" '$1 == user { print $6 }' "$root/etc/passwd")
  mkdir -p "$root$home/.ssh"
  cat "$@" >"$root$home/.ssh/authorized_keys"
  chmod 0700 "$root$home/.ssh"
  chmod 0600 "$root$home/.ssh/authorized_keys"
  chown -R "$owner" "$root$home/.ssh"
}

prepare_web() {
  local root=$1 user hash
  for user in deploy deploypw; do
    authorize "$root" "$user" "$CLIENT_DIR/id_ed25519.pub" "$CLIENT_DIR/id_passphrase.pub"
  done
  hash=$(openssl passwd -6 -stdin <"$CLIENT_DIR/deploypw.txt")
  sed -i "s|^deploypw:[^:]*:|deploypw:$hash:|" "$root/etc/shadow"
}

prepare_hub() {
  local root=$1
  authorize "$root" git <(printf 'restrict %s\n' "$(<"$CLIENT_DIR/deploy_key.pub")")
  cp -r "$SANDBOX_DIR/app" "$SANDBOX_DIR/branches" "$root/srv/sandbox/"
  chmod -R a+rX "$root/srv/sandbox"
  # The image is made for the first network.
  sed -i "s/10\.78\.0\./$NETWORK./g" "$root"/etc/systemd/system/sandbox-dns.service "$root"/etc/pebble/*.json "$root"/etc/nginx/sites-enabled/gems
}
