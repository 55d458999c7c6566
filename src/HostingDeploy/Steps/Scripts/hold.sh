# shellcheck shell=bash
# Holds deployments back, or lets them go again, for people.
mkdir -p "$STATE"
chmod 700 "$STATE"
if [ -n "$MESSAGE" ]; then
  if [ "$(cat "$STATE/hold" 2>/dev/null || true)" = "$MESSAGE" ]; then exit 0; fi
  if would "hold deployments back: $MESSAGE"; then write_file "$STATE/hold" 0600 root:root "$MESSAGE"; fi
elif [ -f "$STATE/hold" ]; then
  if would "let deployments go again (they were held back: $(cat "$STATE/hold"))"; then rm -f "$STATE/hold"; fi
fi
