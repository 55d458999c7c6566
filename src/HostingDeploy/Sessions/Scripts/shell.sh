# shellcheck shell=bash
# shellcheck disable=SC2034 # HD_ID is for the scripts it evaluates
# The far end of a DeploySession: reads framed requests from stdin and runs one step at a time, each in a process
# group of its own, all of them in a cgroup of the shell's. Beside it, it does what is asked of itself. HD_NONCE and
# HD_SILENCE (seconds) are set by the sender before this text, and the library is there, with HD_LEASES, what it holds.
#
#   request   KIND ID LENGTH\n followed by LENGTH bytes of script for R and M
#             R  run the script in a child (a step)       M  evaluate it in this very shell (leases, functions)
#             K  stop the running step and all it has started: TERM, after five seconds KILL
#             P  are you there?
#   reply     on stdout   NONCE S ID PGID\n   the step started
#                         NONCE F ID NAME LENGTH\n VALUE \n   a fact it reports
#                         NONCE E ID STATUS\n  it ended; everything between is its output, stdout and stderr in order
#             on stderr   NONCE R BASH_VERSION\n once;  NONCE P ID\n;  F and E of an M, with its output in between: so
#                         what the shell says never falls in the middle of what its step says
#
# The nonce is known to nobody but the two ends, so no output can pass for a reply.

set -m
# With nobody left to read, a word of bash's own (how a job ended) must not kill the shell before it has ended the step.
# A handler, and not "ignore", which the steps would inherit.
trap : PIPE
hd_job=
hd_job_id=
hd_before=()

hd_ended() { printf '%s E %s %d\n' "$HD_NONCE" "$1" "$2"; }

# A process leaves its group by calling setsid and its parent by outliving it, but never its cgroup. Where there is no
# cgroup v2 to make one in, the group has to do.
hd_cgroup=
hd_home=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup 2>/dev/null)
if [ -e "$hd_home/cgroup.procs" ] && mkdir "$hd_home/hostingdeploy-$$" 2>/dev/null; then
  { echo $$ >"$hd_home/hostingdeploy-$$/cgroup.procs"; } 2>/dev/null && hd_cgroup=$hd_home/hostingdeploy-$$
fi

# hd_reap: a step killed from elsewhere never said that it ended. One that has is told twice, and heard once.
hd_reap() {
  if [ -n "$hd_job" ] && ! kill -0 "$hd_job" 2>/dev/null; then
    wait "$hd_job" 2>/dev/null
    hd_ended "$hd_job_id" $?
    hd_job=
  fi
}

# hd_take: the script of a request. Without a time limit, with which bash waits for each byte for itself: 2 s a megabyte.
hd_take() { IFS= read -r -N "$hd_length" hd_script; }

# hd_look: sets hd_there to the processes of the running step; false when there are none. What an earlier step left behind
# on purpose is none of it.
hd_look() {
  local pid all
  hd_there=()
  if [ -n "$hd_cgroup" ]; then
    mapfile -t all <"$hd_cgroup/cgroup.procs"
    for pid in "${all[@]}"; do
      [[ " ${hd_before[*]} " = *" $pid "* ]] || hd_there+=("$pid")
    done
  elif kill -0 -- "-$hd_job" 2>/dev/null; then
    hd_there=("-$hd_job")
  fi
  [ ${#hd_there[@]} -gt 0 ]
}

# hd_stop TERM|HUP: the running step and all it has started, and nobody waits longer than five seconds. A step tells a
# person who gave up (TERM) from a connection that was lost (HUP).
hd_stop() {
  local tries
  [ -n "$hd_job" ] && kill -0 "$hd_job" 2>/dev/null && hd_look || return 0
  kill "-$1" -- "${hd_there[@]}" 2>/dev/null
  for ((tries = 0; tries < 100; tries++)); do
    hd_look || return 0
    sleep 0.05
  done
  # Again while there are any: what is killed may just have started another.
  for ((tries = 0; tries < 100; tries++)); do
    hd_look || return 0
    kill -KILL -- "${hd_there[@]}" 2>/dev/null
    sleep 0.01
  done
}

printf '%s R %s\n' "$HD_NONCE" "$BASH_VERSION" >&2

# An end of input, or silence for longer than the other side ever keeps: nobody is there any more.
while IFS=' ' read -r -t "$HD_SILENCE" hd_kind hd_id hd_length; do
  case $hd_kind in
    R)
      hd_take || break
      [ -z "$hd_cgroup" ] || mapfile -t hd_before <"$hd_cgroup/cgroup.procs"
      (
        # What it leased is this shell's alone: a process that a step leaves behind must not keep it.
        for hd_fd in "${HD_LEASES[@]}"; do exec {hd_fd}>&-; done
        printf '%s S %s %d\n' "$HD_NONCE" "$hd_id" "$BASHPID"
        (HD_ID=$hd_id && eval "$hd_script") </dev/null 2>&1
        hd_status=$?
        # When the shell was killed, how its step ended means nothing: that the shell did says more.
        [ ! -e "/proc/$$" ] || hd_ended "$hd_id" "$hd_status"
      ) &
      hd_job=$!
      hd_job_id=$hd_id
      ;;
    M)
      hd_take || break
      HD_ID=$hd_id
      # Bash tells of an ended job when it gets to it, which could be in the middle of this answer: told here, it is silent.
      hd_reap
      jobs >/dev/null 2>&1
      eval "$hd_script" </dev/null >&2
      hd_ended "$hd_id" $? >&2
      ;;
    K)
      if [ "$hd_id" = "$hd_job_id" ]; then
        hd_stop TERM
        hd_ended "$hd_id" 143
        hd_job=
      fi
      ;;
    P)
      hd_reap
      printf '%s P %s\n' "$HD_NONCE" "$hd_id" >&2
      ;;
    *) break ;;
  esac
done
hd_stop HUP
if [ -n "$hd_cgroup" ]; then
  { echo $$ >"$hd_home/cgroup.procs" && rmdir "$hd_cgroup"; } 2>/dev/null
fi
