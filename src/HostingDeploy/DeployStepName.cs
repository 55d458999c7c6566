namespace HostingDeploy;

/// <summary>The steps of a deployment, in their order.</summary>
public enum DeployStepName
{
    /// <summary>Folders and the app's system user (step 1).</summary>
    Directory = 1,

    /// <summary>The PostgreSQL role (step 2, with -Setup).</summary>
    PgUser = 2,

    /// <summary>The repository and the release (step 3).</summary>
    Clone = 3,

    /// <summary>The gems (step 4).</summary>
    Bundle = 4,

    /// <summary>The systemd unit (step 5).</summary>
    Unit = 5,

    /// <summary>The secrets (step 6).</summary>
    Secrets = 6,

    /// <summary>rake db:create (step 7, with -Setup).</summary>
    CreateDatabase = 7,

    /// <summary>rake db:migrate (step 8).</summary>
    Migrate = 8,

    /// <summary>rake assets:precompile (step 9).</summary>
    Assets = 9,

    /// <summary>The nginx site (step 10).</summary>
    Site = 10,

    /// <summary>The TLS certificate (step 11, with -Setup).</summary>
    Certificate = 11,

    /// <summary>nginx takes its configuration (step 12).</summary>
    Nginx = 12,

    /// <summary>daemon-reload, enable, start or hand over (steps 13 to 15).</summary>
    Start = 13,

    /// <summary>The service runs and answers (step 16).</summary>
    Verify = 16,
}
