# shellcheck shell=bash
# shellcheck disable=SC2034 # RELEASE and STEP_BEGAN are for the journal
# The server's part of a hook that runs on the client: called before it (which release is it?) and after it, to note it.
if [ -n "$HOOK_IN_RELEASE" ]; then use_release; else RELEASE=''; fi
if [ -z "$BEGAN" ]; then
  fact began "$STEP_BEGAN"
  # It is noted when it has ended.
  trap - EXIT
  exit 0
fi
STEP_BEGAN=$BEGAN
[ -z "$FAILURE" ] || fail HookFailed "$FAILURE"
