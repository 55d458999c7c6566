#!/usr/bin/env bash
# Proves that the sandbox is what it says it is. Usage: selftest.sh [--lifecycle] [HOST], web1 unless given. Throws away
# what is on that host; --lifecycle takes all of them down and up again, so nobody else may be using them. Exit code 0
# only when every check passed.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE
readonly SANDBOX=$HERE/sandbox.sh
readonly CLIENT=${HOSTINGDEPLOY_SANDBOX:-/var/lib/hostingdeploy-sandbox}/client
LIFECYCLE=no
if [[ ${1:-} == --lifecycle ]]; then
  LIFECYCLE=yes
  shift
fi
readonly LIFECYCLE
readonly HOST=${1:-web1}
readonly NAME=selftest.sandbox.test
OUTPUT=$(mktemp)
readonly OUTPUT
trap 'rm -f "$OUTPUT"' EXIT

passed=0 failed=0

# check DESCRIPTION COMMAND...
check() {
  local description=$1 started=$EPOCHREALTIME milliseconds
  shift
  if "$@" >"$OUTPUT" 2>&1; then
    milliseconds=$(((${EPOCHREALTIME/[.,]/} - ${started/[.,]/}) / 1000))
    printf 'pass  %s (%d ms)\n' "$description" "$milliseconds"
    passed=$((passed + 1))
  else
    printf 'FAIL  %s\n' "$description"
    tail -n 15 "$OUTPUT" | sed 's/^/      /'
    failed=$((failed + 1))
  fi
}

fails() {
  ! "$@"
}

# True when the command says it, whatever its exit code.
says() {
  local text=$1
  shift
  { "$@" || true; } 2>&1 | tee /dev/stderr | grep -qF -- "$text"
}

on() {
  local host=$1
  shift
  "$SANDBOX" ssh "$host" "$@" </dev/null
}

login() {
  ssh -F "$CLIENT/ssh_config" -n -o BatchMode=yes "$@"
}

# run_as_app FOLDER COMMAND...: as a user that was made later, in a unit, with an environment of its own.
run_as_app() {
  local folder=$1
  shift
  on "$HOST" "systemd-run --quiet --pipe --wait --collect --uid=selftest --gid=selftest \
        --property=WorkingDirectory=/srv/selftest/$folder --property=EnvironmentFile=/srv/selftest/env ${*@Q}"
}

clone() {
  local branch=$1 folder=$2
  on "$HOST" "cd /srv/selftest && GIT_SSH_COMMAND='ssh -i /root/deploy_key -o IdentitiesOnly=yes \
        -o UserKnownHostsFile=/root/git_known_hosts -o StrictHostKeyChecking=yes' \
        git clone --quiet --branch $branch git@git.sandbox.test:org/cigar.git $folder && chown -R selftest: $folder"
}

put() {
  "$SANDBOX" ssh "$HOST" "install -m 0600 /dev/stdin $2" <"$1"
}

shell_scripts_are_clean() {
  command -v shellcheck >/dev/null || apt-get -o DPkg::Lock::Timeout=300 install --yes shellcheck
  (cd "$HERE" && shellcheck --external-sources --check-sourced sandbox.sh selftest.sh lib/boot.sh image/*.sh \
    branches/*/*.sh image/hub-files/usr/local/lib/sandbox/*)
}

sudo_takes_the_password() {
  ssh -F "$CLIENT/ssh_config" -l deploypw "$HOST" sudo -S whoami <"$CLIENT/deploypw.txt" | grep -q root
}

passphrase_opens_the_key() {
  ssh-keygen -y -P "$(<"$CLIENT/passphrase.txt")" -f "$CLIENT/id_passphrase" &&
    fails ssh-keygen -y -P '' -f "$CLIENT/id_passphrase"
}

mirror_is_known_everywhere() {
  local lines
  lines=$(login -l deploy "$HOST" 'env; sudo -u postgres env; sudo su -s /bin/sh nobody -c env')
  [[ $(grep -c BUNDLE_MIRROR__ALL <<<"$lines") == 3 ]]
}

host_keys_differ() {
  local keys
  keys=$(cut -d' ' -f3 "$CLIENT/known_hosts")
  [[ $(sort -u <<<"$keys" | wc -l) == $(wc -l <<<"$keys") ]]
}

prepare_app_user() {
  on "$HOST" "adduser --quiet --system --group --home /srv/selftest selftest"
  put "$CLIENT/deploy_key" /root/deploy_key
  put "$CLIENT/git_known_hosts" /root/git_known_hosts
  put /dev/stdin /srv/selftest/env <<'ENV'
RAILS_ENV=production
LANG=C.UTF-8
BUNDLE_DEPLOYMENT=true
BUNDLE_PATH=/srv/selftest/bundle
BUNDLE_WITHOUT=development:test
SECRET_KEY_BASE=0123456789abcdef
DATABASE_URL=postgresql://selftest:pw@127.0.0.1/selftest
RAILS_LOG_TO_STDOUT=1
ENV
  on "$HOST" "runuser -u postgres -- psql -qc \"CREATE USER selftest PASSWORD 'pw' CREATEDB\""
}

start_app() {
  on "$HOST" "systemd-run --quiet --collect --unit=selftest --uid=selftest --gid=selftest \
        -p WorkingDirectory=/srv/selftest/main -p EnvironmentFile=/srv/selftest/env bundle exec puma -C config/puma.rb"
  on "$HOST" curl --silent --fail --retry 50 --retry-delay 0 --retry-max-time 30 --retry-connrefused localhost:3000/up
}

stays_committed() {
  local hash
  hash=$("$SANDBOX" commit 'A commit of the self test' --branch selftest 'echo new >README')
  [[ $hash =~ ^[0-9a-f]{40}$ ]] && clone selftest committed &&
    [[ $(run_as_app committed git rev-parse HEAD) == "$hash" ]] && run_as_app committed grep new README
}

publish_acme_folder() {
  put /dev/stdin /etc/nginx/sites-enabled/selftest <<NGINX
server { listen 80; server_name $NAME; root /var/www/html; }
NGINX
  on "$HOST" systemctl reload nginx
  "$SANDBOX" dns "$NAME" "$(ssh -G -F "$CLIENT/ssh_config" "$HOST" | sed -n 's/^hostname //p')"
}

issue() {
  local role=$1 server=$2
  on "$HOST" certbot certonly --webroot --webroot-path /var/www/html --domain "$NAME" --server "$server" \
    --cert-name "$NAME-$role" --non-interactive --agree-tos --email ops@sandbox.test
  on "$HOST" cat "/etc/letsencrypt/live/$NAME-$role/cert.pem" |
    openssl verify -partial_chain -CAfile "$CLIENT/acme-roots-$role.pem"
}

lasts_ninety_days() {
  local day=86400 certificate
  certificate=$(on "$HOST" cat "/etc/letsencrypt/live/$NAME-production/cert.pem")
  openssl x509 -noout -checkend "$((89 * day))" <<<"$certificate" &&
    fails openssl x509 -noout -checkend "$((91 * day))" <<<"$certificate"
}

# Silent is neither refused nor unreachable: the time runs out.
is_silent() {
  says 'timed out' login -o ConnectTimeout=4 "$HOST" true
}

snapshot_round_trip() {
  # shellcheck disable=SC2016
  on "$HOST" 'echo kept >/root/kept' && "$SANDBOX" save selftest "$HOST" &&
    on "$HOST" 'rm /root/kept && touch /root/later' && "$SANDBOX" restore selftest "$HOST" &&
    on "$HOST" '[ "$(cat /root/kept)" = kept ] && [ ! -e /root/later ]'
}

# A name that was waited for, and content that was not.
power_cut_round_trip() {
  # shellcheck disable=SC2016
  on "$HOST" 'echo kept >/root/waited && sync /root/waited && echo lost >/root/.part && mv /root/.part /root/named && sync /root' &&
    "$SANDBOX" copy selftest "$HOST" && on "$HOST" 'touch /root/later; sync' && "$SANDBOX" powercut selftest "$HOST" &&
    on "$HOST" '[ "$(cat /root/waited)" = kept ] && [ -e /root/named ] && [ ! -s /root/named ] && [ ! -e /root/later ]'
}

# Whether the disk is a server's: the mount has the options that Debian's installer leaves out too.
disk_is_plain() {
  says ' / ext4 rw,relatime 0 0' on "$HOST" cat /proc/mounts
}

nothing_is_left() {
  local process
  fails "$SANDBOX" status &&
    fails grep hdsandbox /proc/net/dev &&
    fails ls -d /run/netns/hdsandbox-* &&
    fails grep -E '^sandbox-|hostingdeploy-sandbox/' /proc/mounts &&
    fails grep -s hostingdeploy-sandbox/ /sys/block/loop*/loop/backing_file &&
    [[ -z $(find /sys/fs/cgroup -maxdepth 2 -name 'hostingdeploy-*') ]] || return 1
  for process in /proc/[0-9]*; do
    fails grep -qs '^0::/hostingdeploy-.*[^)]$' "$process/cgroup" || return 1
  done
}

dead_host_comes_back() {
  on web1 systemctl poweroff || true
  sleep 3
  fails "$SANDBOX" status && "$SANDBOX" up && "$SANDBOX" status
}

killed_run_is_cleaned_up() {
  local delay
  for delay in 0.3 1 2.5; do
    timeout --signal=KILL "$delay" "$SANDBOX" up || true
    "$SANDBOX" up && "$SANDBOX" status && "$SANDBOX" down || return 1
  done
}

killed_blocks_are_cleaned_up() {
  local delay
  for delay in 0.2 1 4 7; do
    "$SANDBOX" up || return 1
    timeout --signal=KILL "$delay" "$SANDBOX" reset --blocks || true
    "$SANDBOX" up && "$SANDBOX" status && "$SANDBOX" down && nothing_is_left || return 1
  done
}

check 'shell scripts pass ShellCheck' shell_scripts_are_clean
"$SANDBOX" status | grep -q "^$HOST " || "$SANDBOX" up --hosts "${HOST#web}"
check 'a healthy sandbox is up at once' says 'already up' "$SANDBOX" up
check "reset gives a fresh $HOST" "$SANDBOX" reset "$HOST"
check 'every host is up' "$SANDBOX" status
check "$HOST has no failed unit" says running on "$HOST" systemctl is-system-running
check 'hub has no failed unit' says running on hub systemctl is-system-running
check 'its first process is systemd, in a cgroup tree of its own' says /init.scope on "$HOST" cat /proc/1/cgroup
check 'units list their processes' says nginx: on "$HOST" systemctl status --no-pager nginx
check 'every host key is another one' host_keys_differ
check 'an unknown name is refused at once' fails on "$HOST" timeout 1 getent hosts nowhere.example

check 'deploy logs in and has sudo' says root login -l deploy "$HOST" sudo -n whoami
check 'deploypw logs in, sudo wants its password' says 'password is required' login -l deploypw "$HOST" sudo -n whoami
check 'deploypw has sudo with it' sudo_takes_the_password
check 'the key with a passphrase opens with it, and only so' passphrase_opens_the_key
check 'the app user is not there yet' fails on "$HOST" id cigar

check 'an app user can be made later' prepare_app_user
check 'clone with the deploy key' clone main main
check 'branch api has no asset pipeline' clone api api
check 'branch subfolder' clone subfolder subfolder
check 'a new commit is seen by a clone' stays_committed
check 'the deploy key gives no shell' fails on "$HOST" \
  ssh -i /root/deploy_key -o UserKnownHostsFile=/root/git_known_hosts git@git.sandbox.test id
check 'bundle install with the development group fails' fails run_as_app main env BUNDLE_WITHOUT= bundle install --quiet
check 'it is the debug gem that is not to be had' says 'debug (' \
  run_as_app main env BUNDLE_WITHOUT= bundle install --quiet
check 'bundle install without it works' run_as_app main bundle install --quiet
check 'the gems come from the mirror into their own folder' says /srv/selftest/bundle/ run_as_app main bundle info rails
check 'no debug gem among them' fails on "$HOST" 'ls -d /srv/selftest/bundle/ruby/*/gems/debug-*'
check 'the mirror is known to deploy, sudo and su' mirror_is_known_everywhere
check 'db:create, db:migrate and assets:precompile' \
  run_as_app main bundle exec rake db:create db:migrate assets:precompile
check 'the checkout is still clean' says 'clean' run_as_app main git status
check 'the app starts' start_app
check 'it lists what is in the database' says Robusto on "$HOST" curl --silent localhost:3000/
check 'it writes' says 303 \
  on "$HOST" "curl --silent -o /dev/null -w '%{http_code}' -d name=Cohiba localhost:3000/cigars"
check 'it names its release' says version=v1 on "$HOST" curl --silent localhost:3000/version
check 'api: bundle install' run_as_app api bundle install --quiet
check 'api: answers' says Cohiba run_as_app api bundle exec bin/rails runner \
  'puts Rails.application.call(Rack::MockRequest.env_for("/")).last.each.to_a.join'
check 'api: no assets tasks' fails says assets: run_as_app api bundle exec rake --tasks --all
check 'subfolder: bundle install' run_as_app subfolder/backend bundle install --quiet

check 'a name can be pointed at the host' publish_acme_folder
check 'certificate from the staging server' issue staging https://acme-staging.sandbox.test:15000/dir
check 'certificate from the production server' issue production https://acme.sandbox.test:14000/dir
check 'it lasts ninety days' lasts_ninety_days

check 'save and restore' snapshot_round_trip
check "$HOST on a disk of blocks" "$SANDBOX" reset --blocks "$HOST"
check 'mounted as a server mounts it' disk_is_plain
check 'a power cut takes what was not written out' power_cut_round_trip
check 'a copy is thrown away' "$SANDBOX" forget selftest "$HOST"
check 'it cannot be booted from then' says "no copy 'selftest'" "$SANDBOX" powercut selftest "$HOST"
check "$HOST reboots from its blocks" "$SANDBOX" reboot "$HOST"
check 'an image of layers again' "$SANDBOX" restore selftest "$HOST"
check "$HOST can be cut off" "$SANDBOX" cut "$HOST"
check 'then it is silent' is_silent
check 'and back' "$SANDBOX" mend "$HOST"
check 'it answers again' login -o ConnectTimeout=3 "$HOST" true
check "reboot $HOST" "$SANDBOX" reboot "$HOST"
check 'what was on the disk is still there' on "$HOST" '[ -e /root/kept ] && [ -d /srv/selftest/main ]'
check 'reset throws it away' "$SANDBOX" reset "$HOST"
check 'nothing of it is left' fails on "$HOST" '[ -e /root/kept ] || [ -d /srv/selftest ]'

if [[ $LIFECYCLE == yes ]]; then
  check 'down' "$SANDBOX" down
  check 'down leaves nothing' nothing_is_left
  check 'up after it' "$SANDBOX" up
  check 'a host that died is brought up again' dead_host_comes_back
  check 'down again' "$SANDBOX" down
  check 'up after runs that were killed' killed_run_is_cleaned_up
  check 'they leave nothing either' nothing_is_left
  check 'nor do runs that were killed at a disk of blocks' killed_blocks_are_cleaned_up
  check 'up once more' "$SANDBOX" up
fi

printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
