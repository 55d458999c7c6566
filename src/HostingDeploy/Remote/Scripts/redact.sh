# shellcheck shell=bash
# What the app says may quote what it was given in confidence: its secrets are struck out before anybody is told, also a client
# that does not know them, and before the journal keeps it.

# Perl is there wherever git is, and essential on Debian. It reads the secrets itself, so that none is ever an argument; what
# comes in goes on as soon as its line is whole. Whoever changes the forms a secret is looked for in: Redactor.cs has the same.
# shellcheck disable=SC2016 # perl's own variables
readonly REDACT='
  my %told;
  sub know {
    for (grep { length >= 6 } split /\r?\n/, shift) {
      my $url = s/([^A-Za-z0-9._~-])/sprintf "%%%02X", ord $1/ger;
      my $quoted = s/(["\\])/\\$1/gr;
      $told{$_} = 1 for $_, $url, $url =~ s/%20/+/gr, $quoted, s/(["\\\$`])/\\$1/gr, $quoted =~ s/#(?=[{\$\@])/\\#/gr,
        $quoted =~ s/([<>&])/sprintf "\\u%04x", ord $1/ger, s/([&<>"\x27])/sprintf "&%s;", { qw(& amp < lt > gt " quot) }->{$1} || "#39"/ger;
    }
  }
  for (@ARGV) {
    open my $file, "<", $_ or next;
    my $text = do { local $/; <$file> } // "";
    while ($text =~ /^\w+=(?:"((?:[^"\\]+|\\.)*+)"|([^\n]*))$/gms) {
      my $value = $1 // $2;
      $value =~ s/\\(.)/$1/gs if defined $1;
      know($value);
      if ($value =~ m{^[a-z][a-z0-9+.-]*://[^/?#]*?:([^/?#]+)\@}i) {
        know(my $password = $1);
        know($password =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger);
      }
    }
  }
  my @told = sort { length $b <=> length $a } keys %told;
  my $secrets = join("|", map quotemeta, @told) || "(?!)";
  my ($edge, $rest) = (@told ? length($told[0]) - 1 : 0, "");
  $| = 1;
  while (sysread STDIN, $rest, 65536, length $rest) {
    my $whole = rindex($rest, "\n") + 1;
    # A line without an end goes on in pieces; what could be the beginning of a secret is not cut.
    if (!$whole && length $rest > 262144 + $edge) {
      $rest =~ s/$secrets/***/go;
      $whole = length($rest) - $edge;
    }
    next if $whole <= 0;
    my $lines = substr $rest, 0, $whole, "";
    $lines =~ s/$secrets/***/go;
    print $lines;
  }
  $rest =~ s/$secrets/***/go;
  print $rest;
'

has_secrets() { [ -n "${SECRETS-}" ] || [ -f "${CONF:+$CONF/secrets.env}" ]; }

# redacted: the end of a pipe (it takes that process over): what comes in, without the app's secrets; those on the disk, and those
# that are just about to replace them.
redacted() {
  has_secrets || exec cat
  LC_ALL=C exec perl -e "$REDACT" -- "${CONF-}/secrets.env" <(printf '%s' "${SECRETS-}")
}

# strike TEXT...: sets STRUCK to these without the app's secrets.
strike() {
  STRUCK=("$@")
  if [ $# = 0 ] || ! has_secrets; then return 0; fi
  mapfile -d '' -t STRUCK < <(printf '%s\0' "$@" | redacted)
  # What could not be looked through is not told.
  [ ${#STRUCK[@]} = $# ] || STRUCK=("${@/#*/***}")
}
