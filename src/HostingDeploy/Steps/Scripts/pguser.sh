# shellcheck shell=bash
if ! local_database; then
  fact skipped "PostgreSQL runs on $DB_HOST, not on this server: create the role there"
  exit 0
fi
need_postgres
# The name and the verifier reach psql on stdin, quoted as SQL by the sender.
found=$(psql_admin <<<"SELECT concat_ws('|', rolcanlogin, rolcreatedb, rolpassword) FROM pg_authid WHERE rolname = $ROLE_LITERAL")
if [ "$found" = "t|t|$VERIFIER" ]; then exit 0; fi
fact existed "${found:+yes}"
if would "$([ -n "$found" ] && echo alter || echo create) the PostgreSQL role $DB_USER (LOGIN, CREATEDB)"; then
  # A statement that fails would be logged; it holds a verifier only, and even that is no one's business.
  psql_admin <<<"SET log_statement = 'none'; SET log_min_error_statement = 'panic';
    $([ -n "$found" ] && echo ALTER || echo CREATE) ROLE $ROLE_IDENTIFIER LOGIN CREATEDB PASSWORD $VERIFIER_LITERAL"
fi
