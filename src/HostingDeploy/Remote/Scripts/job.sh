# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# Work that outlives the connection: a transient systemd unit with its output in a file. Running the step again finds the
# unit and goes on watching it; stopping the step stops the unit; losing the connection does not.

# job NAME KEY [SYSTEMD_RUN_ARGUMENT...] -- COMMAND...
# KEY says for what content the work is done: a unit left behind under another key is someone else's.
job() {
  local name=$1 key=$2 unit=hosting-$APP.$1.service log=$STATE/jobs/$1.log arguments=() state substate description pid
  shift 2
  while [ "$1" != -- ]; do
    arguments+=("$1")
    shift
  done
  shift
  job_state
  if [ "$substate" = running ] || [ "$state" = activating ]; then
    [ "$description" = "$APP $name $key" ] ||
      fail JobRunning "Another $name of $APP is still running on this server." "journalctl -fu $unit"
    note "attached to the $name that was still running"
  elif [ "$substate" = exited ] && [ "$description" = "$APP $name $key" ]; then
    note "took over the result of a $name that had finished"
  else
    job_forget
    mkdir -p "$STATE/jobs"
    systemd-run --quiet --unit="$unit" --description="$APP $name $key" --service-type=exec --remain-after-exit \
      --uid="$APP_USER" --gid="$APP_USER" \
      -p WorkingDirectory="$APP_DIR" -p EnvironmentFile="$CONF/app.env" -p UMask=0022 -p KillMode=mixed \
      -p StandardOutput=truncate:"$log" -p StandardError=inherit -p OOMPolicy=stop "${arguments[@]}" -- "$@" ||
      fail JobNotStarted "systemd did not start the $name of $APP." "journalctl -u $unit"
  fi
  # A person's Ctrl+C ends the work; a lost connection (HUP) leaves it be.
  trap 'systemctl stop "$unit" 2>/dev/null; exit 143' TERM
  pid=$(systemctl show -p MainPID --value "$unit")
  # tail ends with the process it watches; a finished one has its whole output read at once.
  if [ "$pid" != 0 ]; then tail -n +1 -f -s 0.05 --pid="$pid" "$log"; else cat "$log"; fi
  for ((;;)); do
    job_state
    [ "$substate" = running ] || [ "$substate" = stop-sigterm ] || [ "$state" = activating ] || break
    sleep 0.05
  done
  end_on_signal
  JOB_LOG=$log
  JOB_STATUS=$(systemctl show -p ExecMainStatus --value "$unit")
  JOB_RESULT=$(systemctl show -p Result --value "$unit")
  local ended=$substate
  job_forget
  # A unit that is not there any more has the result "success" too: it was stopped by someone, and did who knows what.
  [ "$ended" = exited ] || [ "$ended" = failed ] ||
    fail JobStopped "The $name of $APP was stopped on the server before it ended." "journalctl -u $unit, then run the step again"
  [ "$JOB_RESULT" != oom-kill ] || fail OutOfMemory "The kernel ran out of memory during the $name of $APP and killed it." "Add memory or swap to the server, then run the step again."
  [ "$ended" = exited ] && [ "$JOB_RESULT" = success ] && [ "$JOB_STATUS" = 0 ]
}

# job_state: systemctl prints properties in an order of its own.
job_state() {
  local line
  state='' substate='' description=''
  while IFS= read -r line; do
    case $line in
      ActiveState=*) state=${line#*=} ;;
      SubState=*) substate=${line#*=} ;;
      Description=*) description=${line#*=} ;;
    esac
  done < <(systemctl show -p ActiveState -p SubState -p Description "$unit")
}

job_forget() {
  systemctl stop "$unit" 2>/dev/null || true
  systemctl reset-failed "$unit" 2>/dev/null || true
}

# app_job NAME KEY COMMAND...: in the service's own environment, secrets included.
app_job() {
  local name=$1 key=$2
  shift 2
  [ -f "$CONF/secrets.env" ] || fail SecretsMissing "The secrets of $APP are not on this server yet." "Sync-Secrets $APP"
  job "$name" "$key" -p EnvironmentFile="$CONF/secrets.env" -p PrivateTmp=yes -p NoNewPrivileges=yes -- "$@"
}

# rake_error: what rake says it aborted for, in front of its long trace.
rake_error() {
  awk '/^rake aborted!/ { on = 1; next } on && /^(\/|Caused by:|Tasks:)/ { exit } on && NF && ++n <= 4 { printf " %s", $0 }' "$JOB_LOG" | cut -c1-500
}

# need_bundle: rake without its gems would only say so at length.
need_bundle() { [ -f "$MARKS/bundle" ] || fail GemsMissing "The gems of release $RELEASE are not installed." "Install-AppBundle $APP"; }
