# shellcheck shell=bash
require_app
file=$CONF/secrets.env

# variables: a line each, NAME and value, of the text on stdin. A value stands in double quotes and may be of several lines.
variables() {
  awk '
    function closed(text,  count) {
      if (text !~ /"$/) return 0
      text = substr(text, 1, length(text) - 1)
      for (count = 0; text ~ /\\$/; count++) text = substr(text, 1, length(text) - 1)
      return count % 2 == 0
    }
    inside { value = value "\\n" $0; rest = $0 }
    !inside { name = $0; sub(/=.*/, "", name); value = substr($0, length(name) + 2); rest = substr(value, 2); inside = 1 }
    inside && closed(rest) { print name " " value; inside = 0 }
  ' | sort
}
names() { variables | cut -d' ' -f1; }

# told VERB NAMES: in one line, never a value.
told() { [ -z "$2" ] || changed "$1 $(paste -sd' ' <<<"$2")"; }

fact count "$(printf '%s' "$SECRETS" | names | grep -c . || true)"
if [ -f "$file" ]; then
  told add "$(comm -13 <(names <"$file") <(printf '%s' "$SECRETS" | names))"
  told remove "$(comm -23 <(names <"$file") <(printf '%s' "$SECRETS" | names))"
  told change "$(comm -12 <(comm -23 <(variables <"$file") <(printf '%s' "$SECRETS" | variables) | cut -d' ' -f1) \
    <(comm -13 <(variables <"$file") <(printf '%s' "$SECRETS" | variables) | cut -d' ' -f1))"
fi
put_file "$file" 0600 root:root "$SECRETS"
