# shellcheck shell=bash
require_app
names() { sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' | sort; }
file=$CONF/secrets.env
fact count "$(printf '%s' "$SECRETS" | names | grep -c . || true)"
if [ -f "$file" ]; then
  added=$(comm -13 <(names <"$file") <(printf '%s' "$SECRETS" | names) | paste -sd' ')
  removed=$(comm -23 <(names <"$file") <(printf '%s' "$SECRETS" | names) | paste -sd' ')
  [ -z "$added" ] || changed "add $added"
  [ -z "$removed" ] || changed "remove $removed"
fi
put_file "$file" 0600 root:root "$SECRETS"
