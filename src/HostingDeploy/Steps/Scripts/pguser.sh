# shellcheck shell=bash
if ! local_database; then
  fact skipped "PostgreSQL runs on $DB_HOST, not on this server: create the role there"
  exit 0
fi
need_postgres
# The name and the verifier reach psql on stdin, quoted as SQL by the sender. The answer, a line each: what the role is; what it
# may beyond that, of itself or as a member of others; and whether every role may create things where all of them come by.
answer=$(
  psql_admin <<SQL
SELECT 'role', pg_catalog.concat_ws('|', rolcanlogin, rolcreatedb, rolpassword) FROM pg_catalog.pg_authid WHERE rolname = $ROLE_LITERAL;
WITH RECURSIVE held(id) AS (
    SELECT oid FROM pg_catalog.pg_authid WHERE rolname = $ROLE_LITERAL
  UNION
    SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN held ON m.member = held.id)
SELECT 'beyond', CASE WHEN r.rolname = $ROLE_LITERAL THEN may.name ELSE 'member of ' || pg_catalog.quote_ident(r.rolname) END
  FROM held JOIN pg_catalog.pg_authid r ON r.oid = held.id
    CROSS JOIN LATERAL (VALUES
      (r.rolsuper, 'SUPERUSER'), (r.rolcreaterole, 'CREATEROLE'), (r.rolreplication, 'REPLICATION'), (r.rolbypassrls, 'BYPASSRLS'),
      (r.rolname <> $ROLE_LITERAL AND (r.rolcanlogin OR r.rolname LIKE 'pg\\_%' OR EXISTS (SELECT FROM pg_catalog.pg_database d WHERE d.datdba = r.oid)), '')
    ) may(has, name)
  WHERE may.has;
SELECT 'open' FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public' AND pg_catalog.has_schema_privilege('public'::pg_catalog.name, n.oid, 'CREATE');
SQL
)
found='' beyond=''
while IFS='|' read -r kind text; do
  case $kind in
    role) found=$text ;;
    beyond) [[ ", $beyond, " == *", $text, "* ]] || beyond+=${beyond:+, }$text ;;
    open) note 'every role may create functions in the schema public of the database postgres, for others to run unknowingly: as on PostgreSQL 14 and older. REVOKE CREATE ON SCHEMA public FROM PUBLIC ends it, in postgres and in template1, which new databases are copies of' ;;
  esac
done <<<"$answer"
[ -z "$beyond" ] || fail RolePrivileged "The PostgreSQL role $DB_USER on this server may more than an app's role should: $beyond." \
  "Take that from it: ALTER ROLE $ROLE_IDENTIFIER NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS; REVOKE … FROM $ROLE_IDENTIFIER. Or give $APP a role of its own: database.user in hosting.yml"
if [ "$found" = "t|t|$VERIFIER" ]; then exit 0; fi
fact existed "${found:+yes}"
if would "$([ -n "$found" ] && echo alter || echo create) the PostgreSQL role $DB_USER (LOGIN, CREATEDB)"; then
  # A statement that fails would be logged; it holds a verifier only, and even that is no one's business.
  psql_admin <<<"SET log_statement = 'none'; SET log_min_error_statement = 'panic';
    $([ -n "$found" ] && echo ALTER || echo CREATE) ROLE $ROLE_IDENTIFIER LOGIN CREATEDB PASSWORD $VERIFIER_LITERAL"
fi
