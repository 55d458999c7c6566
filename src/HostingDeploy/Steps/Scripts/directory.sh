# shellcheck shell=bash
missing=()
while read -r tool; do
  # What stands where hosting.yml says is a matter of Install-AppBundle: root may see what the build user may not.
  if [ -n "$RUBY_PATH" ] && [[ $tool == @(ruby|bundle) ]]; then continue; fi
  command -v "$tool" >/dev/null || missing+=("$tool")
done <<<"$REQUIRED_TOOLS"
[ ${#missing[@]} = 0 ] ||
  fail ToolMissing "This server lacks: ${missing[*]}." "Provision it first (a deployment installs no tools); on Debian: apt-get install ${missing[*]}"

# Before there are marks of this app, a folder of its name is somebody else's.
if [ ! -d "$STATE/releases" ] && { [ -e "$APP_ROOT" ] || [ -L "$APP_ROOT" ]; }; then
  if [ ! -d "$APP_ROOT" ] || [ -L "$APP_ROOT" ] || [ ! -O "$APP_ROOT" ] || [ -n "$(ls -A "$APP_ROOT")" ]; then
    fail FolderTaken "$APP_ROOT is there already, and not from a deployment of $APP." "Move it away on the server, or give the app another name in hosting.yml"
  fi
fi

# refuse_privileged USER: the app is not to become an administrator of the server.
refuse_privileged() {
  local group
  [ "$(id -u "$1")" != 0 ] || fail UserPrivileged "The user $1 is root." "Name another user in hosting.yml, or none: the app then gets one of its own"
  for group in $(id -Gn "$1"); do
    case $group in
      root | sudo | wheel | admin | adm | docker | podman | lxd | lxc | incus | incus-admin | libvirt | kvm | shadow | disk | kmem)
        fail UserPrivileged "The user $1 is in the group $group, with which it could become root." "Name another user in hosting.yml, or none: the app then gets one of its own"
        ;;
    esac
  done
  if command -v sudo >/dev/null && LC_ALL=C sudo -n -l -U "$1" 2>/dev/null </dev/null | grep -q 'may run the following'; then
    fail UserPrivileged "The user $1 may run commands through sudo." "Name another user in hosting.yml, or none: the app then gets one of its own"
  fi
}

# claim_user USER HOME NAMED: an account of the app's own, told by its home; another only when hosting.yml names it.
claim_user() {
  local home
  if id -u "$1" >/dev/null 2>&1; then
    home=$(getent passwd "$1" | cut -d: -f6)
    if [ "$home" = "$2" ]; then
      # A removal that was cut off has let it expire.
      [ -z "$(getent shadow "$1" | cut -d: -f8)" ] || ! would "let the user $1 in again" || change_users usermod --expiredate '' "$1"
      return 0
    fi
    [ -n "$3" ] || fail UserTaken "There is a user $1 on this server already, and it is not this app's." \
      "user: $1 in hosting.yml, if the app is to run as that one; or another name"
    refuse_privileged "$1"
  elif would "create the system user $1"; then
    # The first deployments of two apps are not to choose the same number.
    server_lock users
    find_unused_id
    change_users useradd --system --user-group --home-dir "$2" --no-create-home --shell /usr/sbin/nologin --uid "$UNUSED_ID" "$1"
    server_unlock users
  fi
}

# find_unused_id: UNUSED_ID, the highest of a system user that is free and never was an app's: what a removed app left behind
# somewhere, a set-user-id program say, must not become the next one's.
find_unused_id() {
  local id
  for ((id = 999; id > 100; id--)); do
    UNUSED_ID=$id
    getent passwd "$id" >/dev/null || getent group "$id" >/dev/null || grep -qsx "$id" /var/lib/hosting/retired-ids || return 0
  done
  fail UserNotCreated "This server has no number left for another system user (100 to 999)." "getent passwd on the server"
}

claim_user "$APP_USER" "$APP_ROOT/shared/home" "$USER_NAMED"
claim_user "$BUILD_USER" "$APP_ROOT/build" ''
if ! id -u "$APP_USER" "$BUILD_USER" >/dev/null 2>&1; then
  changed "create the folders of $APP in $APP_ROOT"
  exit 0
fi

[ -d /var/lib/hosting ] || put_dir /var/lib/hosting 0755 root:root
put_dir /var/lib/hosting/_acme 0755 root:root
put_dir "$STATE" 0700 root:root
# First of all that is the app's: from here on the folder below is known to be.
put_dir "$STATE/releases" 0700 root:root
put_dir "$STATE/jobs" 0700 root:root

# The names in these are root's to give; what the app or the build user may write lies one level below.
[ -d /var/www ] || put_dir /var/www 0755 root:root
for folder in "$APP_ROOT" "$APP_ROOT/releases" "$APP_ROOT/slots" "$APP_ROOT/shared"; do put_dir "$folder" 0755 root:root; done
# What another user owned, an earlier version or somebody's restored copy, is not believed: it is fetched and installed again.
put_builders() {
  local owner
  if [ -d "$1" ] && [ ! -L "$1" ] && owner=$(stat -c %U "$1") && [ "$owner" != "$BUILD_USER" ]; then
    would "make $1 anew: it was ${owner}'s" || return 0
    remove_tree app "$1"
    [ "$1" != "$APP_ROOT/bundle" ] || rm -rf "$STATE/bundles"
  fi
  put_dir "$@"
}
put_builders "$APP_ROOT/repo" 0700 "$BUILD_USER:$BUILD_USER"
put_builders "$APP_ROOT/build" 0700 "$BUILD_USER:$BUILD_USER"
put_builders "$APP_ROOT/bundle" 0750 "$BUILD_USER:$APP_USER"
put_dir "$APP_ROOT/shared/home" 0700 "$APP_USER:$APP_USER"
while IFS= read -r folder; do
  path=$APP_ROOT/shared
  IFS=/ read -ra parts <<<"$folder"
  for part in "${parts[@]}"; do
    path=$path/$part
    if [ "$path" != "$APP_ROOT/shared/$folder" ]; then
      put_dir "$path" 0755 root:root
    elif [[ $folder == public/* ]]; then
      # nginx serves it: what Puma puts there is its group's to read.
      put_dir "$path" 2750 "$APP_USER:www-data"
    else
      put_dir "$path" 0750 "$APP_USER:$APP_USER"
    fi
  done
done <<<"$SHARED_FOLDERS"
[ -d /etc/hosting ] || put_dir /etc/hosting 0755 root:root
# An access list would let in whom modes keep out.
# shellcheck disable=SC2012 # stat does not tell of one
listed=$(ls -ldn "$APP_ROOT" "$APP_ROOT"/{releases,slots,shared,repo,build,bundle} 2>/dev/null | sed -n 's/^[^ ]*+ .* //p')
[ -z "$listed" ] || fail UnsafePath "These folders have access lists: $(paste -sd' ' <<<"$listed")." "setfacl -bk on each, on the server, then run the step again"
# The build user may pass (git reads its deploy key there), nobody may list.
put_dir "$CONF" 0710 "root:$BUILD_USER"
