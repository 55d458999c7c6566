# shellcheck shell=bash
# Every key and password is made once for a state folder and stays, so that clients need not learn new ones at each up.

readonly HOST_KEYS_DIR=$STATE_DIR/host-keys

make_client_keys() {
  mkdir -p "$CLIENT_DIR/secrets"
  chmod 0700 "$CLIENT_DIR" "$CLIENT_DIR/secrets"
  [[ -e $CLIENT_DIR/passphrase.txt ]] || random_text 24 >"$CLIENT_DIR/passphrase.txt"
  [[ -e $CLIENT_DIR/deploypw.txt ]] || random_text 24 >"$CLIENT_DIR/deploypw.txt"
  make_key "$CLIENT_DIR/id_ed25519" ed25519 client ''
  make_key "$CLIENT_DIR/id_passphrase" ed25519 client-with-passphrase "$(<"$CLIENT_DIR/passphrase.txt")"
  make_key "$CLIENT_DIR/deploy_key" ed25519 cigar-deploy ''
  [[ -e $CLIENT_DIR/secrets/cigar.env ]] || make_secrets >"$CLIENT_DIR/secrets/cigar.env"
  chmod 0600 "$CLIENT_DIR"/{passphrase.txt,deploypw.txt,id_ed25519,id_passphrase,deploy_key,secrets/cigar.env}
}

make_host_keys() {
  local dir=$HOST_KEYS_DIR/$1 type
  mkdir -p "$dir"
  for type in ed25519 ecdsa rsa; do
    make_key "$dir/ssh_host_${type}_key" "$type" "root@$1" ''
  done
}

# ssh-keygen takes a passphrase on the command line only; it protects nothing but this throwaway key.
make_key() {
  local file=$1 type=$2 comment=$3 passphrase=$4
  [[ ! -e $file || ! -e $file.pub ]] || return 0
  rm -f "$file"
  ssh-keygen -q -t "$type" -C "$comment" -N "$passphrase" -f "$file"
}

random_text() {
  openssl rand -base64 48 | tr -dc 'A-Za-z0-9' | cut -c "1-$1"
}

# A password with every character that a shell, SQL, a unit file or a URL could trip over.
make_secrets() {
  # shellcheck disable=SC2016
  printf 'SECRET_KEY_BASE=%s\nDATABASE_PASSWORD=%s%s%s\n' "$(openssl rand -hex 64)" \
    "$(random_text 8)" '"'"'"'$HOME`id`\n#%41&!;|<>(){}[]*?~^+=:,@/' "$(random_text 8)"
}
