# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# Work that outlives the connection: a transient systemd unit with its output in a file. Running the step again finds the
# unit and goes on watching it; stopping the step stops the unit; losing the connection does not.

# job NAME KEY [SYSTEMD_RUN_ARGUMENT...] -- COMMAND...
# KEY says for what content the work is done. JOB_OK is empty when the work failed: no status, for bash switches `set -e` off in
# what is called in a condition.
job() {
  local name=$1 key=$2
  shift 2
  job_use "$name"
  job_await_other "$key"
  if ! job_found "$key"; then job_start "$name" "$key" "$@"; fi
  job_stop_on_signal
  job_follow cat
  job_end "$name"
}

# job_use NAME: the unit, its log and how it is.
job_use() {
  JOB_UNIT=hosting-$APP.$1.service JOB_LOG=$STATE/jobs/$1.log
  job_look
}

# job_said: what the job printed; of very much, the end. It can make the file look as long as it likes, without a disk to hold it.
job_said() { tail -c 4194304 "$JOB_LOG"; }

# job_look: systemctl prints properties in an order of its own.
job_look() {
  local line
  JOB_ACTIVE='' JOB_SUB='' JOB_DOES='' JOB_PID=0
  while IFS= read -r line; do
    case $line in
      ActiveState=*) JOB_ACTIVE=${line#*=} ;;
      SubState=*) JOB_SUB=${line#*=} ;;
      Description=*) JOB_DOES=${line#*=} ;;
      MainPID=*) JOB_PID=${line#*=} ;;
    esac
  done < <(systemctl show -p ActiveState -p SubState -p Description -p MainPID "$JOB_UNIT")
}

job_runs() { [ "$JOB_SUB" = running ] || [ "$JOB_SUB" = stop-sigterm ] || [ "$JOB_ACTIVE" = activating ]; }

# job_does KEY: is that among what the unit is for?
job_does() { [[ " $JOB_DOES " == *" $1 "* ]]; }

# job_await_other KEY: what an earlier run left at work on something else is let finish, since none of it may be cut in half.
job_await_other() {
  if ! job_runs || job_does "$1"; then return 0; fi
  note "waited for ${JOB_UNIT%.service}, which was still at work for an earlier run"
  printf 'Waiting for work of an earlier run; on the server, systemctl stop %s would end it.\n' "$JOB_UNIT"
  job_follow cat
  while job_runs; do
    sleep 0.05
    job_look
  done
}

# await_jobs: before a release is thrown away, whatever works in it.
await_jobs() {
  local unit
  while read -r unit _; do
    unit=${unit#"hosting-$APP."}
    job_use "${unit%.service}"
    job_await_other ''
  done < <(systemctl list-units --no-legend --plain --state=active,activating,deactivating "hosting-$APP.*.service")
}

# job_found KEY: a unit that is doing this, or has done it and was not heard.
job_found() {
  if ! job_does "$1"; then return 1; fi
  if job_runs; then
    job_is_own || note "attached to the work that was still running"
  elif [ "$JOB_SUB" = exited ]; then
    job_is_own || note "took over the result of work that had finished"
  else
    # What failed for an earlier run is tried again.
    [ "$JOB_SUB" = failed ] && job_is_own
  fi
}

# job_is_own: did this very deployment start it?
job_is_own() { [ -n "$DEPLOYMENT" ] && job_does "for=$DEPLOYMENT"; }

# job_start NAME KEY [SYSTEMD_RUN_ARGUMENT...] -- COMMAND...: as the app's user, unless JOB_USER is another.
job_start() {
  local name=$1 key=$2 arguments=()
  shift 2
  while [ "$1" != -- ]; do
    arguments+=("$1")
    shift
  done
  shift
  job_forget
  mkdir -p "$STATE/jobs"
  confine "${JOB_USER:-$APP_USER}"
  systemd-run --quiet --unit="$JOB_UNIT" --nice="$BEHIND" -p CPUWeight=20 -p IOWeight=20 --description="$APP $name $key for=$DEPLOYMENT" --service-type=exec --remain-after-exit \
    -p EnvironmentFile="$CONF/app.env" -p KillMode=mixed "${CONFINEMENT[@]}" "${HARDENING[@]}" \
    -p StandardOutput=truncate:"$JOB_LOG" -p StandardError=inherit -p OOMPolicy=stop "${arguments[@]}" -- "$@" || {
    # A server that goes down starts nothing any more: that the connection ends says it better.
    [ "$(systemctl is-system-running 2>/dev/null)" != stopping ] || sleep 30
    fail JobNotStarted "systemd did not start the $name of $APP." "journalctl -u $JOB_UNIT"
  }
  job_look
}

# job_stop_on_signal: a person's Ctrl+C ends the work; a lost connection (HUP) leaves it be.
job_stop_on_signal() { trap 'systemctl stop "$JOB_UNIT" 2>/dev/null; exit 143' TERM; }

# job_follow COMMAND...: the log, as it comes, through this filter, which may have seen enough before the work ends.
job_follow() {
  local lines tail
  # tail ends with the process it watches; of a finished one the whole log is there at once.
  if [ "$JOB_PID" = 0 ]; then
    "$@" <"$JOB_LOG" | redacted
    return 0
  fi
  exec {lines}< <([ -z "${AT_WORK-}" ] || exec {AT_WORK}>&-; exec tail -n +1 -f -s 0.05 --pid="$JOB_PID" "$JOB_LOG" 2>/dev/null)
  tail=$!
  "$@" <&"$lines" | redacted
  exec {lines}<&-
  kill "$tail" 2>/dev/null || true
}

# job_end NAME: waits for the unit's end, forgets it, and says in JOB_OK how it went.
job_end() {
  local name=$1 ended result status
  JOB_OK=''
  job_look
  while job_runs; do
    sleep 0.05
    job_look
  done
  end_on_signal
  ended=$JOB_SUB
  result=$(systemctl show -p Result --value "$JOB_UNIT")
  status=$(systemctl show -p ExecMainStatus --value "$JOB_UNIT")
  job_forget
  # A unit that is not there any more has the result "success" too: it was stopped by someone, and did who knows what.
  [ "$ended" = exited ] || [ "$ended" = failed ] ||
    fail JobStopped "The $name of $APP was stopped on the server before it ended." "journalctl -u $JOB_UNIT, then run the step again"
  [ "$result" != oom-kill ] || fail OutOfMemory "The kernel ran out of memory during the $name of $APP and killed it." "Add memory or swap to the server, then run the step again."
  # systemd knows of the kernel's part only where it counts the unit's memory.
  [ "$result:$status" != signal:9 ] || fail JobKilled "The $name of $APP was killed on the server (SIGKILL), as the kernel does when memory runs out." \
    "journalctl -k -g 'Out of memory' on the server tells whether it was that; then add memory or swap, and run the step again."
  if [ "$ended" = exited ] && [ "$result" = success ] && [ "$status" = 0 ]; then
    JOB_OK=1
  elif disk_was_full "$JOB_LOG"; then
    fail_disk_full "the $name of $APP"
  fi
}

job_forget() {
  systemctl stop "$JOB_UNIT" 2>/dev/null || true
  systemctl reset-failed "$JOB_UNIT" 2>/dev/null || true
}
