# shellcheck shell=bash
# Holds deployments back, or lets them go again, for people.
held=$(cat "$STATE/hold" 2>/dev/null || true)
if [ -n "$MESSAGE" ]; then
  # The same message from before stays, with whoever left it and when.
  case $held in "$MESSAGE ("*) exit 0 ;; esac
  if would "hold deployments back: $MESSAGE"; then
    mkdir -p "$STATE"
    chmod 700 "$STATE"
    write_file "$STATE/hold" 0600 root:root "$MESSAGE ($WHO)"
  fi
elif [ -f "$STATE/hold" ]; then
  if would "let deployments go again (they were held back: $held)"; then rm -f "$STATE/hold"; fi
fi
