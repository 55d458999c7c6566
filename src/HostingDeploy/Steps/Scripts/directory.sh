# shellcheck shell=bash
missing=()
while read -r tool; do
  [ -x "$RUBY_PATH/$tool" ] || command -v "$tool" >/dev/null || missing+=("$tool")
done <<<"$REQUIRED_TOOLS"
[ ${#missing[@]} = 0 ] ||
  fail ToolMissing "This server lacks: ${missing[*]}." "Provision it first (a deployment installs no tools); on Debian: apt-get install ${missing[*]}"

if ! id -u "$APP_USER" >/dev/null 2>&1; then
  if would "create the system user $APP_USER"; then
    useradd --system --user-group --home-dir "$APP_ROOT/shared/home" --no-create-home --shell /usr/sbin/nologin "$APP_USER"
  else
    changed "create the folders of $APP in $APP_ROOT"
    exit 0
  fi
fi

[ -d /var/www ] || put_dir /var/www 0755 root:root
put_dir "$APP_ROOT" 0755 root:root
put_dir "$APP_ROOT/repo" 0750 "$APP_USER:$APP_USER"
put_dir "$APP_ROOT/releases" 0755 "$APP_USER:$APP_USER"
put_dir "$APP_ROOT/slots" 0755 root:root
put_dir "$APP_ROOT/shared" 0755 "$APP_USER:$APP_USER"
put_dir "$APP_ROOT/shared/home" 0700 "$APP_USER:$APP_USER"
put_dir "$APP_ROOT/shared/bundle" 0755 "$APP_USER:$APP_USER"
while IFS= read -r folder; do
  path=$APP_ROOT/shared
  IFS=/ read -ra parts <<<"$folder"
  for part in "${parts[@]}"; do
    path=$path/$part
    put_dir "$path" 0750 "$APP_USER:$APP_USER"
  done
done <<<"$SHARED_FOLDERS"
[ -d /etc/hosting ] || put_dir /etc/hosting 0755 root:root
# The app's user may pass (git reads its deploy key there), nobody may list.
put_dir "$CONF" 0710 "root:$APP_USER"
[ -d /var/lib/hosting ] || put_dir /var/lib/hosting 0755 root:root
put_dir /var/lib/hosting/_acme 0755 root:root
put_dir "$STATE" 0700 root:root
put_dir "$STATE/releases" 0700 root:root
put_dir "$STATE/jobs" 0700 root:root
