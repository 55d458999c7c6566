# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # the parameters and the answers of a step script
# What PostgreSQL is asked, and as whom. Whoever may create something in a database can have it run by whoever comes in: by a view
# that is read, by a function whose name was not qualified. So its superuser enters the database postgres alone, where all names
# mean PostgreSQL's own; an app's database is entered as the app's role, which gets there what it has anyway.

# psql_admin: SQL on stdin, as PostgreSQL's superuser, from a folder that its user may enter. What the environment of root's login
# says of other servers does not count. The search path holds from the connection's first moment: what a client asks for goes
# before what was set for a role or a database.
psql_admin() {
  (cd / && exec runuser -u postgres -- env -i PATH="$PATH" LC_ALL=C.UTF-8 PGOPTIONS='-c search_path=pg_catalog,pg_temp -c lock_timeout=30s' \
    psql -XAtqw -v ON_ERROR_STOP=1 -d postgres -c 'SET search_path = pg_catalog, pg_temp' -f -)
}

# local_database: is PostgreSQL on this server?
local_database() {
  case ${DB_HOST-} in '' | localhost | 127.* | ::1 | /*) return 0 ;; *) return 1 ;; esac
}

postgres_runs() { env -i PATH="$PATH" LC_ALL=C.UTF-8 pg_isready -q; }

# need_postgres: PostgreSQL on this server has to answer.
need_postgres() {
  postgres_runs ||
    fail PostgresNotRunning "PostgreSQL is not running on this server, or not accepting connections." "systemctl start postgresql on the server, then run the step again"
}

# find_database: the app's database on this server. DB_OID, empty when there is none; DB_OWNER, the role that it belongs to when
# that is not the app's; DB_OPEN, when roles that nobody named may enter it.
find_database() {
  local found mine
  DB_OID='' DB_OWNER='' DB_OPEN=''
  found=$(psql_admin <<<"SELECT pg_catalog.concat_ws('|', d.oid, r.rolname = $ROLE_LITERAL,
      pg_catalog.has_database_privilege('public'::pg_catalog.name, d.oid, 'CONNECT, TEMPORARY, CREATE'), pg_catalog.quote_ident(r.rolname))
    FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = d.datdba WHERE d.datname = $DB_LITERAL")
  [ -n "$found" ] || return 0
  IFS='|' read -r DB_OID mine DB_OPEN DB_OWNER <<<"$found"
  DB_OPEN=${DB_OPEN#f}
  [ "$mine" != t ] || DB_OWNER=''
}

# need_own_database: who owns a database can have run what he likes by whoever works in it, and every app may create databases.
need_own_database() {
  [ -z "$DB_OWNER" ] || fail DatabaseNotOwned "The database $DB_NAME on this server belongs to the PostgreSQL role $DB_OWNER, not to $DB_USER." \
    "ALTER DATABASE $DB_IDENTIFIER OWNER TO $ROLE_IDENTIFIER, if you know who made it and what is in it; else give $APP another one: database.name in hosting.yml"
}

# look_database: what find_database finds, of a database that may be worked in; nothing of one elsewhere.
look_database() {
  DB_OID='' DB_OWNER='' DB_OPEN=''
  if ! local_database; then return 0; fi
  need_postgres
  find_database
  need_own_database
}

# close_database: a new database is everyone's to enter, and to fill with temporary tables.
close_database() {
  if [ -z "$DB_OPEN" ] || pending CreateDatabase; then return 0; fi
  if would "close the database $DB_NAME to other roles"; then
    psql_admin <<<"REVOKE ALL ON DATABASE $DB_IDENTIFIER FROM PUBLIC"
    find_database
    [ -z "$DB_OPEN" ] || note "the database $DB_NAME stays open: a role that may pass that right on gave it to everyone"
  fi
}

# Who asks the app's database is a user of that moment alone: psql and pg_dump need nothing of the app's, and no process of the
# app's can touch them.
readonly LOGIN=(LOGIN_HOST LOGIN_PORT LOGIN_NAME LOGIN_USER LOGIN_PASSWORD)

nobody_login() {
  export PGHOST=$LOGIN_HOST PGPORT=$LOGIN_PORT PGDATABASE=$LOGIN_NAME PGUSER=$LOGIN_USER PGPASSWORD=$LOGIN_PASSWORD PGCONNECT_TIMEOUT=10
}

# nobody_migrations: the versions that the database has. A view may stand for the table: it gets some seconds, writes nothing, and
# its lines are few and short.
nobody_migrations() {
  nobody_login
  psql -XAtqw -v ON_ERROR_STOP=1 -f - 2>/dev/null <<'SQL'
BEGIN READ ONLY;
SET LOCAL statement_timeout = '10s';
SELECT pg_catalog.to_regclass('schema_migrations') IS NOT NULL AS there \gset
\if :there
SELECT pg_catalog.left(version::pg_catalog.text, 20) FROM schema_migrations LIMIT 10000;
\endif
SQL
}

# need_login: the app's login leads to the database of that name on this server and to no other, which its oid and the cluster's
# own number tell. Before a dump is made by it.
need_login() {
  local wanted said=''
  wanted=$(psql_admin <<<"$WHICH_DATABASE datname = $DB_LITERAL")
  [ -z "$LOGIN_USER" ] || said=$(as_nobody -t 20 nobody_which "${LOGIN[@]}" WHICH_DATABASE </dev/null | head -c 100) || true
  [ "$said" = "$wanted" ] || fail DumpFailed "The database $DB_NAME cannot be dumped: the app's login (DATABASE_PASSWORD, or DATABASE_URL) does not get into it. Nothing was removed." \
    "New-PgUser $APP gives the role that password; or dump and drop the database by hand, then Remove-AppDeployment $APP without -DropDatabase"
}

readonly WHICH_DATABASE="SELECT pg_catalog.concat_ws(' ', d.oid, s.system_identifier) FROM pg_catalog.pg_database d, pg_catalog.pg_control_system() s WHERE"

nobody_which() {
  nobody_login
  psql -XAtqw -v ON_ERROR_STOP=1 -f - <<<"$WHICH_DATABASE datname = pg_catalog.current_database()"
}

# dump_database FILE: as the app's role too. pg_dump reads tables, and who owns one can put a view in its place while it looks, with
# functions that would run as whoever dumps (CVE-2024-7348). As a superuser with --role it would be no better: such a function
# could take that back. Row security that holds for the owner himself, and tables of others that he may not read, are an error
# and no half of a dump.
dump_database() {
  local said
  install -d -m 0700 -o root -g root /var/backups/hosting
  if said=$(
    umask 077
    set -C
    as_nobody -t infinity nobody_dump "${LOGIN[@]}" </dev/null 2>&1 >"$1" | tail -c 300 | tr -c '[:print:]' ' '
  ) && sync "$1" "${1%/*}" "${1%/*/*}"; then
    return 0
  fi
  rm -f "$1"
  fail DumpFailed "The database $DB_NAME could not be dumped, so it was not dropped: $said" "df -h /var/backups on the server, then Remove-AppDeployment $APP again; or Start-PumaService $APP"
}

nobody_dump() {
  nobody_login
  pg_dump -w --format=custom
}
