# shellcheck shell=bash
# The client folder: everything that a person or a test on this machine needs to work with the hosts.

write_client() {
  local -a hosts=("$@") webs=()
  local host
  for host in "${hosts[@]}"; do
    [[ $host == hub ]] || webs+=("$host")
  done
  cp "$CERTIFICATE_AUTHORITY_DIR/ca.pem" "$CLIENT_DIR/acme-ca.pem"
  write_known_hosts "${hosts[@]}" >"$CLIENT_DIR/known_hosts"
  printf 'git.sandbox.test %s\n' "$(host_key hub ed25519)" >"$CLIENT_DIR/git_known_hosts"
  write_ssh_config "${hosts[@]}" >"$CLIENT_DIR/ssh_config"
  write_hosting_file "${webs[@]}" >"$CLIENT_DIR/hosting.yml"
  write_environment "${webs[@]}" >"$CLIENT_DIR/env.sh"
}

# Type and key of a host's public key, without the comment.
host_key() {
  cut -d' ' -f1,2 "$HOST_KEYS_DIR/$1/ssh_host_${2}_key.pub"
}

write_known_hosts() {
  local host type
  for host in "$@"; do
    for type in ed25519 ecdsa rsa; do
      printf '%s %s\n' "$(address_of "$host")" "$(host_key "$host" "$type")"
    done
  done
}

write_ssh_config() {
  local host
  for host in "$@"; do
    cat <<CONFIG
Host $host
  HostName $(address_of "$host")
  User root
  IdentityFile $CLIENT_DIR/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile $CLIENT_DIR/known_hosts
  StrictHostKeyChecking yes

CONFIG
  done
}

write_hosting_file() {
  local web
  printf 'servers:\n'
  for web in "$@"; do
    cat <<YAML
  $web:
    host: $(address_of "$web")
    user: root
    identityFile: id_ed25519
    knownHostsFile: known_hosts
YAML
  done
  cat <<YAML
apps:
  cigar:
    title: Cigar Management System
    server: web1
    repository: git@git.sandbox.test:org/cigar.git
    branch: main
    domain: cigars.remoteds.us
    deployKey: deploy_key
    gitHostKeys:
      - git.sandbox.test $(host_key hub ed25519)
    database:
      user: cigar_management_system_production
      name: cigar_management_system_production
    secretsFile: secrets/cigar.env
    environment:
      RAILS_LOG_TO_STDOUT: "1"
    certificate:
      email: ops@sandbox.test
      issuer: staging
      stagingServer: https://acme-staging.sandbox.test:$STAGING_ACME_PORT/dir
      productionServer: https://acme.sandbox.test:$PRODUCTION_ACME_PORT/dir
YAML
}

write_environment() {
  local web
  cat <<SHELL
export SANDBOX_CLIENT=$CLIENT_DIR
export SANDBOX_HOSTING_FILE=$CLIENT_DIR/hosting.yml
export SANDBOX_SSH_CONFIG=$CLIENT_DIR/ssh_config
export SANDBOX_KNOWN_HOSTS=$CLIENT_DIR/known_hosts
export SANDBOX_IDENTITY=$CLIENT_DIR/id_ed25519
export SANDBOX_IDENTITY_WITH_PASSPHRASE=$CLIENT_DIR/id_passphrase
export SANDBOX_PASSPHRASE_FILE=$CLIENT_DIR/passphrase.txt
export SANDBOX_SUDO_PASSWORD_FILE=$CLIENT_DIR/deploypw.txt
export SANDBOX_DEPLOY_KEY=$CLIENT_DIR/deploy_key
export SANDBOX_GIT_KNOWN_HOSTS=$CLIENT_DIR/git_known_hosts
export SANDBOX_GIT_URL=git@git.sandbox.test:org/cigar.git
export SANDBOX_ACME_CA=$CLIENT_DIR/acme-ca.pem
export SANDBOX_ACME_ROOTS=$CLIENT_DIR/acme-roots.pem
export SANDBOX_ACME_PRODUCTION=https://acme.sandbox.test:$PRODUCTION_ACME_PORT/dir
export SANDBOX_ACME_STAGING=https://acme-staging.sandbox.test:$STAGING_ACME_PORT/dir
export SANDBOX_GEM_MIRROR=http://gems.sandbox.test:$GEM_PORT
export SANDBOX_SECRETS_FILE=$CLIENT_DIR/secrets/cigar.env
export SANDBOX_DOMAIN=cigars.remoteds.us
export SANDBOX_HUB_ADDRESS=$HUB_ADDRESS
SHELL
  for web in "$@"; do
    printf 'export SANDBOX_%s_ADDRESS=%s\n' "${web^^}" "$(address_of "$web")"
  done
}
