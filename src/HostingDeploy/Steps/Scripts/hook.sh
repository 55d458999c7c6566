# shellcheck shell=bash
# A command of hosting.yml's own, in a unit of its own: whatever ends the unit ends all that the command started.
unit=hosting-$APP.hook.service
folder=/
if [ -n "$HOOK_IN_RELEASE" ]; then
  use_release
  folder=$APP_DIR
  # Root has no business in there: what lies in a release, whoever made the commit could make root run.
  [ "$HOOK_AS" != root ] || folder=$APP_ROOT
else
  RELEASE=''
  [ ! -d "$APP_ROOT" ] || folder=$APP_ROOT
fi
readarray -t variables <<<"$HOOK_ENVIRONMENT"
variables+=("HOSTING_RELEASE=$RELEASE" "HOSTING_COMMIT=${COMMIT-}")
# As the app it has what rake has; as root it is root's, with no secret it did not ask for.
arguments=(--uid=root)
if [ "$HOOK_AS" != root ]; then
  id -u "$APP_USER" >/dev/null 2>&1 ||
    fail HookFailed "the user $APP_USER is not on this server yet, New-AppDirectory makes it."
  confine "$APP_USER"
  arguments=("${CONFINEMENT[@]}" "${HARDENING[@]}" -p EnvironmentFile=-"$CONF/app.env" -p EnvironmentFile=-"$CONF/secrets.env"
    -p BindPaths=-"$APP_ROOT/shared" -p ReadWritePaths=-"$APP_ROOT/shared")
  [ -z "$RELEASE" ] || arguments+=(-p BindPaths="$APP_ROOT/releases/$RELEASE" -p ReadWritePaths="$APP_ROOT/releases/$RELEASE")
fi
[ -z "$HOOK_TIMEOUT" ] || arguments+=(-p RuntimeMaxSec="$HOOK_TIMEOUT")

end_hook() {
  systemctl stop "$unit" 2>/dev/null || true
  systemctl reset-failed "$unit" 2>/dev/null || true
}
trap 'end_hook; exit 143' TERM
trap 'end_hook; exit 129' HUP
# Else bash, telling of an ended child where nobody reads any more, dies before its trap has run.
trap : PIPE
# One that outlived a server's shell killed outright.
end_hook
status=0 began=$SECONDS
# The command comes on stdin, so that no one rewrites it on its way: systemd expands what looks like a variable in arguments.
# shellcheck disable=SC2016
systemd-run --quiet --collect --pipe --wait --unit="$unit" --description="$APP hook $HOOK_MOMENT $JOURNAL_STEP" --service-type=exec \
  -p WorkingDirectory="$folder" -p UMask=0022 -p TimeoutStopSec=3 "${variables[@]/#/--setenv=}" "${arguments[@]}" \
  -- /bin/bash --noprofile --norc -c 'run=$(cat); exec </dev/null; set -e; eval "$run"' < <(printf '%s' "$HOOK_RUN") 2>&1 | redacted || status=${PIPESTATUS[0]}
end_on_signal
[ "$status" != 0 ] || exit 0
if [ -n "$HOOK_TIMEOUT" ] && [ $((SECONDS - began)) -ge "$HOOK_TIMEOUT" ]; then
  fail HookFailed "it did not end within $HOOK_TIMEOUT s."
fi
fail HookFailed "it ended with exit status $status."
