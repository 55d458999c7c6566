#!/usr/bin/env bash
# What a process of an app gets at, tried from where it runs: probe.sh OWN OTHER MARK. A line for each thing that it got and should
# not have. MARK is a text that only the other app's secrets hold.
own=$1 other=$2 mark=$3
scratch=$(mktemp -d)

got() {
  if timeout 10 bash -c "$2" >/dev/null 2>&1 </dev/null; then echo "GOT $1"; fi
}

got 'the control' 'true'

got "the other's folder" "ls /var/www/$other/"
got "the other's release" "cat /var/www/$other/current/config/database.yml || cat /var/www/$other/releases/*/Gemfile"
got "the other's shared files" "ls /var/www/$other/shared/log /var/www/$other/shared/"
got "the other's gems" "ls /var/www/$other/bundle/ || ls /var/www/$other/shared/bundle/"
got "the other's settings" "cat /etc/hosting/$other/app.env"
got "the other's secrets" "cat /etc/hosting/$other/secrets.env"
got "the other's deploy key" "cat /etc/hosting/$other/deploy_key"
got "the other's logs" "journalctl -q -n 1 -o cat -u 'puma-$other@*' | grep ."
got "the other's socket" "for socket in /run/puma-$other/*.sock; do curl -s --max-time 3 --unix-socket \"\$socket\" http://localhost/up && exit; done; exit 1"
got "the other's processes" "for process in /proc/[0-9]*; do [ \"\$(stat -c %u \"\$process\")\" = \"\$(id -u)\" ] || exit 0; done; exit 1"
got "the other's environment" "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -v '^BASH_' | grep -aF -- '$mark'"
got "the other's temporary files" "cat /tmp/of-$other || cat /var/tmp/of-$other || cat /dev/shm/of-$other"
got "the other's database by its user" "psql -XAtqw -d ${other}_production -c 'SELECT 1' || psql -XAtqw -U ${other}_production -d ${other}_production -c 'SELECT 1'"
got "the other's database by its role" "url=\${DATABASE_URL/postgresql:/postgres:}; [ -n \"\$url\" ] && psql -XAtqw \"\${url%/*}/${other}_production\" -c 'SELECT 1'"
got "another database by its role" "[ -n \"\$DATABASE_URL\" ] && psql -XAtqw \"\$DATABASE_URL\" -c 'SELECT rolpassword FROM pg_authid'"

got 'its own secrets file' "cat /etc/hosting/$own/secrets.env"
got 'what the server knows' 'ls /var/lib/hosting /var/lib/hosting/*'
got 'its own deploy key' "cat /etc/hosting/$own/deploy_key"
got 'its own repository' "ls /var/www/$own/repo"
got 'its own repository, to write' "touch /var/www/$own/repo/x-probe || touch /var/www/$own/repo/objects/x-probe"
got 'its own gems' "touch /var/www/$own/bundle/x || touch /var/www/$own/shared/bundle/x || touch /var/www/$own/bundle/ruby/x"
got 'its own release' "touch /var/www/$own/current/x-probe"
got 'names among releases' "mkdir /var/www/$own/releases/x || mkdir /var/www/$own/shared/x || mkdir /var/www/$own/x"
got "a lock of the server's" "for file in /run/hosting*.lock /run/hosting*/*.lock; do [ -e \"\$file\" ] && flock -w 3 \"\$file\" true && exit; done; exit 1"
got "the server's files" 'touch /etc/x-probe || touch /usr/local/x-probe || touch /opt/x-probe || touch /var/lib/x-probe || touch /home/x-probe'
got 'a set-user-id file' "cp /bin/true '$scratch/x' && chmod 4755 '$scratch/x'"
got 'a namespace' 'unshare -Ur true'
got 'a device' "mknod '$scratch/null' c 1 3"
got 'root' 'sudo -n true || su -c true'
got 'a unit' "systemctl --no-ask-password stop 'puma-$other@*' || systemd-run --no-ask-password --wait true || systemd-run --user --wait true"
got 'a login that lingers' 'loginctl --no-ask-password enable-linger'
got 'a crontab' 'echo "* * * * * true" | crontab -'
rm -rf "$scratch"
