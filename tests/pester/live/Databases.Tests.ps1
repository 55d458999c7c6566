# Proves: nothing that an app has put into a database, its own or the one that all of them share, is run by PostgreSQL's superuser,
# in a plan, an update or a removal; and no app gets another app's database, before it is made or after.

Describe 'A database' -Tag Live {
    BeforeAll {
        . "$PSScriptRoot/Live.ps1"
        Import-BuiltModule
        Restore-DeployedServer
        $database = 'cigar_management_system_production'
        $branch = New-BranchName
        $commit = New-Commit 'A new column' -Branch $branch @'
cat >db/migrate/20261106000000_add_origin.rb <<'RUBY'
class AddOrigin < ActiveRecord::Migration[6.1]
  def change
    add_column :cigars, :origin, :string
  end
end
RUBY
'@
        $folder = New-HostingFolder (Join-Path $TestDrive 'hosting') -Edit @{ 'branch: main' = "branch: $branch" }
        Push-Location $folder

        # What a function of the app's does, in whosever name it is called: it becomes superuser, and runs a program as postgres.
        # Where that is refused it leaves no trace but the name of its caller.
        $trap = @'
CREATE TABLE public.callers (name text);
GRANT INSERT ON public.callers TO PUBLIC;
CREATE FUNCTION public.trap() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    ALTER ROLE cigar_management_system_production SUPERUSER;
    COPY (SELECT 1) TO PROGRAM 'touch /tmp/canary';
  EXCEPTION WHEN OTHERS THEN NULL; END;
  BEGIN INSERT INTO public.callers VALUES (current_user); EXCEPTION WHEN OTHERS THEN NULL; END;
END $$;
'@
        # Functions and operators that a name that is not qualified leads to: found first, or a better match than PostgreSQL's own.
        $planted = $trap + @'

CREATE FUNCTION public.concat_ws(text, boolean, boolean, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN pg_catalog.concat_ws($1, $2, $3, $4); END $$;
CREATE FUNCTION public.equals(name, name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
CREATE OPERATOR public.= (FUNCTION = public.equals, LEFTARG = name, RIGHTARG = name);
CREATE FUNCTION public.equals(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN $1::text OPERATOR(pg_catalog.=) $2; END $$;
CREATE OPERATOR public.= (FUNCTION = public.equals, LEFTARG = name, RIGHTARG = text);
CREATE FUNCTION public.equals(oid, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN $1 OPERATOR(pg_catalog.=) $2::oid; END $$;
CREATE OPERATOR public.= (FUNCTION = public.equals, LEFTARG = oid, RIGHTARG = integer);
CREATE FUNCTION public.equals(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN $1 OPERATOR(pg_catalog.=) $2::oid; END $$;
CREATE OPERATOR public.= (FUNCTION = public.equals, LEFTARG = oid, RIGHTARG = regclass);
CREATE FUNCTION public.differs(oid, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN $1 OPERATOR(pg_catalog.<>) $2::oid; END $$;
CREATE OPERATOR public.<> (FUNCTION = public.differs, LEFTARG = oid, RIGHTARG = integer);
'@

        function Invoke-Sql {
            # As the superuser, or as a role with the password "pw".
            param([Parameter(Mandatory)] [string] $Text, [string] $In = 'postgres', [string] $As)

            $psql = if ($As) { "PGHOST=localhost PGUSER='$As' PGPASSWORD=pw psql" } else { 'runuser -u postgres -- psql' }
            Invoke-Server "$psql -XAtq -v ON_ERROR_STOP=1 -d '$In' -f -" -InputText $Text
        }

        function Get-Attack {
            # What an attack would have left: roles with more than they had, a file, and who called.
            param([string] $In = $database)

            $superusers = Invoke-Sql "SELECT rolname FROM pg_roles WHERE rolsuper OR rolcreaterole ORDER BY 1"
            $files = Invoke-Server 'find / -xdev -name canary; find /tmp /var/tmp /run -name canary'
            $callers = Invoke-Sql 'SELECT DISTINCT name FROM public.callers ORDER BY 1' -In $In
            @($superusers, $files, $callers | Where-Object { $_ }) -join ' '
        }

        function New-Role {
            # A role with the password "pw".
            param([Parameter(Mandatory)] [string] $Name)

            Invoke-Sql "CREATE ROLE ""$Name"" LOGIN CREATEDB PASSWORD 'pw'"
        }

        $null = Invoke-Sandbox save before-databases web1
    }

    AfterAll {
        Pop-Location
        Remove-Branch $branch
    }

    Context 'whose schema_migrations is a view of the app''s' {
        BeforeAll {
            $null = Invoke-Sandbox restore before-databases web1
            $owned = "SET ROLE $database;"
            $null = Invoke-Sql -In $database ($owned + $trap + @'

ALTER TABLE public.schema_migrations RENAME TO versions;
CREATE FUNCTION public.hostile() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM public.trap();
  RETURN QUERY SELECT version::text FROM public.versions;
  RETURN NEXT E'20261106000000\n';
  RETURN NEXT E'2026110600000\n0 '' $(touch /tmp/canary)';
  RETURN NEXT repeat('9', 10000000);
  RETURN QUERY SELECT pg_catalog.repeat('x', 100) FROM generate_series(1, 100000);
END $$;
CREATE VIEW public.schema_migrations AS SELECT hostile AS version FROM public.hostile();
'@)
            $plan = Get-Step (Invoke-Deployment @{ WhatIf = $true }).Result 'Migrate'
            $afterPlan = Get-Attack
            $null = Invoke-Sql -In $database "$owned CREATE OR REPLACE FUNCTION public.hostile() RETURNS SETOF text LANGUAGE plpgsql AS `$`$ BEGIN PERFORM public.trap(), pg_sleep(100); END `$`$"
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $slow = Get-Step (Invoke-Deployment @{ WhatIf = $true }).Result 'Migrate'
            $seconds = $clock.Elapsed.TotalSeconds
            $null = Invoke-Sql -In $database "$owned CREATE OR REPLACE FUNCTION public.hostile() RETURNS SETOF text LANGUAGE plpgsql AS `$`$ BEGIN PERFORM public.trap(); RETURN QUERY SELECT version::text FROM public.versions; END `$`$"
            $update = try { Invoke-Deployment } catch { $_ }
            $afterUpdate = Get-Attack
        }

        It 'gains nothing in a plan' {
            $afterPlan | Should -Be 'postgres'
        }

        It 'breaks no plan' {
            "$($plan.Status)" | Should -Be 'Unchanged' -Because 'of all it said, what has the form of a version is a version that is there'
            $seconds | Should -BeLessThan 60
            $slow.Changes | Should -Be 'migrate 20261106000000 add_origin'
            $slow.Notes | Should -Be "the database $database could not be asked which migrations it has: those of the live release go for it"
        }

        It 'gains nothing in an update' {
            $update | Should -Not -BeNullOrEmpty
            $afterUpdate | Should -BeIn 'postgres', "postgres $database" -Because 'rake is the app''s own'
        }
    }

    Context 'postgres, in which every role may create functions' {
        BeforeAll {
            $null = Invoke-Sandbox restore before-databases web1
            $null = Invoke-Sql 'GRANT CREATE ON SCHEMA public TO PUBLIC'
            $null = Invoke-Sql "SET ROLE $database; $planted"
            # Each of them is called where names are looked for in public first, as on a server that is set up so.
            $null = Invoke-Sql 'ALTER DATABASE postgres SET search_path = public, pg_catalog; ALTER ROLE postgres SET search_path = public, pg_catalog'
        }

        BeforeEach {
            $null = Invoke-Sql "SET search_path = pg_catalog; TRUNCATE public.callers; ALTER ROLE $database NOSUPERUSER"
        }

        It 'runs none of them for <What>' -ForEach @(
            @{ What = 'New-PgUser with -WhatIf'; Command = { New-PgUser cigar -WhatIf } }
            @{ What = 'New-PgUser'; Command = { New-PgUser cigar } }
            @{ What = 'New-AppDatabase'; Command = { New-AppDatabase cigar } }
            @{ What = 'Update-AppDatabase'; Command = { Update-AppDatabase cigar } }
            @{ What = 'a deployment with -WhatIf'; Command = { (Invoke-Deployment @{ WhatIf = $true }).Result } }
            @{ What = 'Remove-AppDeployment with -WhatIf'; Command = { Remove-AppDeployment cigar -WhatIf -WarningAction SilentlyContinue } }
            @{ What = 'Remove-AppDeployment'; Command = { Remove-AppDeployment cigar -DropDatabase cigar_management_system_production -Confirm:$false -WarningAction SilentlyContinue } }
        ) {
            $null = & $Command
            $superusers = Invoke-Sql 'SET search_path = pg_catalog; SELECT rolname FROM pg_roles WHERE rolsuper OR rolcreaterole ORDER BY 1'
            $callers = Invoke-Sql 'SET search_path = pg_catalog; SELECT DISTINCT name FROM public.callers ORDER BY 1'
            $superusers | Should -Be 'postgres'
            $callers | Should -BeNullOrEmpty
            Invoke-Server 'find /tmp /var/tmp /run -name canary' | Should -BeNullOrEmpty
        }

        It 'would be seen to' {
            $null = Invoke-Sql "SELECT count(*) FROM pg_roles WHERE rolname = 'x'::text"
            Invoke-Sql 'SET search_path = pg_catalog; SELECT name FROM public.callers' | Should -BeLike 'postgres*'
        }
    }

    Context 'postgres, open to every role' {
        It 'is told of' {
            $null = Invoke-Sandbox restore before-databases web1
            (New-PgUser cigar).Notes | Should -BeNullOrEmpty
            $null = Invoke-Sql 'GRANT CREATE ON SCHEMA public TO PUBLIC'
            $result = New-PgUser cigar
            "$($result.Status)" | Should -Be 'Unchanged'
            $result.Notes | Should -BeLike 'every role may create functions in the schema public of the database postgres*REVOKE CREATE ON SCHEMA public FROM PUBLIC*'
        }
    }

    Context 'that another role has made first' {
        BeforeAll {
            $null = Invoke-Sandbox restore before-databases web1
            New-Role 'other-app'
            $edit = @{ 'branch: main' = "branch: $branch"; 'name: cigar_management_system_production' = 'name: cigar_next' }
            Push-Location (New-HostingFolder (Join-Path $TestDrive 'first') -Edit $edit)
            $null = Invoke-Sql -As 'other-app' 'CREATE DATABASE cigar_next'
            $null = Invoke-Sql -As 'other-app' -In cigar_next 'CREATE TABLE bait ()'
        }

        AfterAll {
            Pop-Location
        }

        It 'is not worked in by <What>' -ForEach @(
            @{ What = 'a deployment with -Setup'; Command = { Invoke-AppDeployment cigar -Setup -SkipHooks } }
            @{ What = 'its plan'; Command = { Invoke-AppDeployment cigar -Setup -WhatIf } }
            @{ What = 'New-AppDatabase'; Command = { New-AppDatabase cigar } }
            @{ What = 'Update-AppDatabase'; Command = { Update-AppDatabase cigar } }
        ) {
            $failure = Get-Failure $Command
            $failure.FullyQualifiedErrorId | Should -BeLike 'DatabaseNotOwned,*'
            "$($failure.CategoryInfo.Category)" | Should -Be 'PermissionDenied'
            "$failure" | Should -BeLike '*belongs to the PostgreSQL role "other-app", not to cigar_management_system_production*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*ALTER DATABASE "cigar_next" OWNER TO "cigar_management_system_production"*database.name in hosting.yml*'
            Invoke-Sql -In cigar_next "SELECT tablename FROM pg_tables WHERE schemaname = 'public'" | Should -Be 'bait'
        }

        It 'is not worked in when it is made at the last moment' {
            $edit['name: cigar_management_system_production'] = 'name: cigar_race'
            Push-Location (New-HostingFolder (Join-Path $TestDrive 'race') -Edit $edit)
            # When New-AppDatabase has looked, and before rake asks for it.
            $null = Invoke-Server @"
systemd-run --quiet --collect -p User=nobody -p Environment='PGHOST=localhost PGUSER=other-app PGPASSWORD=pw' --unit=race-create bash -c 'until [ -e /run/race-go ]; do sleep 0.02; done; createdb cigar_race; psql -d cigar_race -c "GRANT ALL ON SCHEMA public TO PUBLIC"'
systemd-run --quiet --collect --unit=race bash -c 'until systemctl freeze hosting-cigar.rake.service; do sleep 0.02; done; touch /run/race-go; while systemctl is-active race-create; do sleep 0.02; done; systemctl thaw hosting-cigar.rake.service'
"@
            try {
                $failure = Get-Failure { Invoke-AppDeployment cigar -Setup }
            }
            finally {
                Pop-Location
            }

            $failure.FullyQualifiedErrorId | Should -BeLike 'DatabaseNotOwned,*'
            "$($failure.TargetObject)" | Should -BeLike '*CreateDatabase*'
            Invoke-Sql -In cigar_race "SELECT tablename FROM pg_tables WHERE schemaname = 'public'" | Should -BeNullOrEmpty
            $null = Invoke-Sql 'DROP DATABASE cigar_race'
        }

        It 'is not dropped' {
            $failure = Get-Failure { Remove-AppDeployment cigar -DropDatabase cigar_next -Confirm:$false }
            $failure.FullyQualifiedErrorId | Should -BeLike 'DatabaseNotOwned,*'
            Get-Page '/up' | Should -Be 'OK' -Because 'nothing was removed'
            $null = Remove-AppDeployment cigar -Confirm:$false -WarningVariable warned -WarningAction SilentlyContinue
            "$($warned[0])" | Should -Be 'the database cigar_next stays: it belongs to the PostgreSQL role "other-app"'
            Invoke-Sql "SELECT datname FROM pg_database WHERE datname LIKE 'cigar%' ORDER BY 1" | Should -Be "cigar_management_system_production`ncigar_next"
        }
    }

    Context 'of an app beside another' {
        BeforeAll {
            $null = Invoke-Sandbox restore before-databases web1
            New-Role 'other_app'
            $enter = { Invoke-Sql -As other_app -In $database 'SELECT 1' }
            $fresh = try { & $enter } catch { "$_" }
            # As a deployment before this one has left it.
            $null = Invoke-Sql "GRANT CONNECT, TEMPORARY ON DATABASE $database TO PUBLIC"
            $open = & $enter
            $acl = Invoke-Sql "SELECT datacl FROM pg_database WHERE datname = '$database'"
            $plan = Invoke-Deployment @{ WhatIf = $true; Branch = 'main' }
            $setup = Invoke-Deployment @{ WhatIf = $true; Branch = 'main'; Setup = $true }
            $planned = Invoke-Sql "SELECT datacl FROM pg_database WHERE datname = '$database'"
            $update = Invoke-Deployment @{ Branch = 'main' }
            $closed = try { & $enter } catch { "$_" }
            $again = Invoke-Deployment @{ Branch = 'main' }
            $null = Invoke-Sql "GRANT CONNECT ON DATABASE $database TO other_app"
            $named = Invoke-Deployment @{ Branch = 'main' }
        }

        It 'is not the other''s to enter after the first deployment' {
            $fresh | Should -BeLike '*permission denied for database "cigar_management_system_production"*'
        }

        It 'that is open is closed by an update' {
            $open | Should -Be '1' -Because 'it was open'
            (Get-Step $update.Result 'Migrate').Changes | Should -Be "close the database $database to other roles"
            $update.Lines | Should -Contain '✅ No migrations pending'
            $closed | Should -BeLike '*permission denied for database "cigar_management_system_production"*'
            Get-Page | Should -BeLike '*<li>Corona</li>*'
        }

        It 'is only told to be open by -WhatIf' {
            (Get-Step $plan.Result 'Migrate').Changes | Should -Be "close the database $database to other roles"
            (Get-Step $setup.Result 'CreateDatabase').Changes | Should -Be "close the database $database to other roles"
            (Get-Step $setup.Result 'Migrate').Changes | Should -BeNullOrEmpty -Because 'it is told once'
            $planned | Should -Be $acl
        }

        It 'stays as it is then' {
            "$($again.Result.Status)" | Should -Be 'Unchanged'
        }

        It 'stays open to a role that was named' {
            "$($named.Result.Status)" | Should -Be 'Unchanged'
            & $enter | Should -Be '1'
        }
    }

    Context 'whose role may more than it should' {
        BeforeAll {
            $null = Invoke-Sandbox restore before-databases web1
            New-Role 'other_app'
            $null = Invoke-Sql 'CREATE ROLE group_of_the_administrator NOLOGIN'
        }

        It 'is refused by New-PgUser when that is <Right>' -ForEach @(
            @{ Right = 'SUPERUSER'; Give = 'ALTER ROLE {0} SUPERUSER'; Take = 'ALTER ROLE {0} NOSUPERUSER' }
            @{ Right = 'CREATEROLE, BYPASSRLS'; Give = 'ALTER ROLE {0} CREATEROLE BYPASSRLS'; Take = 'ALTER ROLE {0} NOCREATEROLE NOBYPASSRLS' }
            @{ Right = 'REPLICATION'; Give = 'ALTER ROLE {0} REPLICATION'; Take = 'ALTER ROLE {0} NOREPLICATION' }
            @{ Right = 'member of pg_execute_server_program'; Give = 'GRANT pg_execute_server_program TO {0}'; Take = 'REVOKE pg_execute_server_program FROM {0}' }
            @{ Right = 'member of other_app'; Give = 'GRANT other_app TO group_of_the_administrator; GRANT group_of_the_administrator TO {0}'; Take = 'REVOKE other_app FROM group_of_the_administrator' }
        ) {
            $null = Invoke-Sql ($Give -f $database)
            $roles = Invoke-Sql "SELECT r.*, pg_get_userbyid(m.roleid) FROM pg_authid r LEFT JOIN pg_auth_members m ON m.member = r.oid WHERE rolname = '$database'"
            foreach ($parameters in @{ WhatIf = $true }, @{}) {
                $failure = Get-Failure { New-PgUser cigar @parameters }
                $failure.FullyQualifiedErrorId | Should -BeLike 'RolePrivileged,*'
                "$($failure.CategoryInfo.Category)" | Should -Be 'PermissionDenied'
                "$failure" | Should -BeLike "*The PostgreSQL role $database on this server may more than an app's role should: $Right.*"
            }

            Invoke-Sql "SELECT r.*, pg_get_userbyid(m.roleid) FROM pg_authid r LEFT JOIN pg_auth_members m ON m.member = r.oid WHERE rolname = '$database'" | Should -Be $roles
            $null = Invoke-Sql ($Take -f $database)
            "$((New-PgUser cigar).Status)" | Should -Be 'Unchanged' -Because 'a group of the administrator''s that may nothing is no matter'
        }
    }

    Context 'that holds a hostile app''s objects when it is dropped' {
        BeforeAll {
            $null = Invoke-Sandbox restore before-databases web1
            $null = Invoke-Sql -In $database ("SET ROLE $database;" + $trap + @'

CREATE FUNCTION public.touch(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.trap(); RETURN $1; END $$;
CREATE FUNCTION public.allow() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN true; END $$;
CREATE TABLE public.defaults (a text DEFAULT public.touch('x'), b text GENERATED ALWAYS AS (public.touch('y')) STORED);
CREATE INDEX ON public.defaults (public.touch(a));
ALTER TABLE public.cigars ENABLE ROW LEVEL SECURITY;
CREATE POLICY hostile ON public.cigars USING (public.allow());
CREATE VIEW public.watched AS SELECT public.allow();
CREATE MATERIALIZED VIEW public.kept AS SELECT 1 WHERE public.allow();
CREATE RULE hostile AS ON INSERT TO public.defaults DO ALSO SELECT public.allow();
TRUNCATE public.callers;
'@)
            # A race of pg_dump's with the app (CVE-2024-7348) needs no winning here to be seen: what counts is who enters the database.
            $log = Invoke-Server 'echo "log_connections = on" >"$(echo /etc/postgresql/*/main)/conf.d/log.conf"; systemctl reload postgresql; cat /var/log/postgresql/*.log | wc -l'
            $wrong = New-HostingFolder (Join-Path $TestDrive 'wrong') -Secrets "SECRET_KEY_BASE=$('5e' * 32)`nDATABASE_PASSWORD=not-the-one"
            Push-Location $wrong
            $refused = Get-Failure { Remove-AppDeployment cigar -DropDatabase $database -Confirm:$false }
            Pop-Location
            $served = Get-Page '/up'
            $removed = @(Remove-AppDeployment cigar -DropDatabase $database -Confirm:$false)
        }

        It 'is dumped as the app''s role, and gains nothing' {
            $entered = Invoke-Server "cat /var/log/postgresql/*.log | tail -n +$([int]$log + 1) | grep -o 'connection authorized: user=[^ ]* database=[^ ]*' | grep -v user=root | sort -u"
            $entered | Should -Be "connection authorized: user=$database database=$database`nconnection authorized: user=postgres database=postgres"
            Invoke-Sql 'SELECT rolname FROM pg_roles WHERE rolsuper OR rolcreaterole' | Should -Be 'postgres'
            Invoke-Server 'find /tmp /var/tmp /run -name canary' | Should -BeNullOrEmpty
        }

        It 'is gone, and its dump holds all of it' {
            $removed | Should -Contain "drop the PostgreSQL role $database"
            Invoke-Sql "SELECT datname FROM pg_database WHERE datname LIKE 'cigar%'" | Should -BeNullOrEmpty
            Invoke-Server 'stat -c "%a %U:%G" /var/backups/hosting /var/backups/hosting/*' | Should -Be "700 root:root`n600 root:root"
            Invoke-Server 'pg_restore -f - /var/backups/hosting/cigar-*.dump' | Should -BeLike '*Robusto*'
        }

        It 'stays, and the app with it, while nobody can dump it' {
            $refused.FullyQualifiedErrorId | Should -BeLike 'DumpFailed,*'
            $served | Should -Be 'OK'
        }
    }
}
