using System.Collections.ObjectModel;
using System.Management.Automation;
using HostingDeploy.Configuration;

namespace HostingDeploy;

/// <summary>An app of hosting.yml with every default filled in.</summary>
public sealed record HostingApp
{
    internal const string DefaultBranch = "main";
    internal const int DefaultKeepReleases = 5;

    /// <summary>The folders every Rails app keeps between releases.</summary>
    internal static readonly IReadOnlyList<string> DefaultSharedFolders = ["log", "storage", "tmp"];

    /// <summary>Its name in hosting.yml: folder, systemd unit and nginx site are named after it.</summary>
    public required string Name { get; init; }

    /// <summary>What people call it. Default: <see cref="Name"/>.</summary>
    public string Title { get => field ?? Name; init; }

    /// <summary>Where it runs. Default: the only server of the file.</summary>
    public required HostingServer Server { get; init; }

    /// <summary>The Git repository as an SSH URL, whatever form hosting.yml gave it.</summary>
    public required string Repository { get; init; }

    /// <summary>The branch that is deployed. Default: main.</summary>
    public string Branch { get; init; } = DefaultBranch;

    /// <summary>Folder of the Rails app inside the repository, without slashes at its ends. Default: empty, the repository itself.</summary>
    public string SubFolder { get; init; } = "";

    /// <summary>The domain visitors use, in lower case.</summary>
    public required string Domain { get; init; }

    /// <summary>Further domains of the same site and certificate. Default: none.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The Linux user that runs the app. Default: <see cref="Name"/>.</summary>
    public string User
    {
        get => field ?? Name;
        init
        {
            field = value;
            NamesUser = value is not null;
        }
    }

    /// <summary>Whether hosting.yml names that user: then it may be one that is on the server for another purpose.</summary>
    internal bool NamesUser { get; private init; }

    /// <summary>Remote folder that holds <c>ruby</c> and <c>bundle</c>; null takes the system's.</summary>
    public string? RubyPath { get; init; }

    /// <summary>Local private key the server may read the repository with, absolute; null forwards nothing and uses what the server has.</summary>
    public string? DeployKey { get; init; }

    /// <summary>known_hosts lines (<c>names type base64</c>) of the Git server. Default: none.</summary>
    public IReadOnlyList<string> GitHostKeys { get; init; } = [];

    /// <summary>The PostgreSQL database.</summary>
    public HostingDatabase Database { get => field ?? new HostingDatabase { User = HostingDatabase.DefaultUser(Name) }; init; }

    /// <summary>Local file with the secrets, absolute; null when they come from elsewhere.</summary>
    public string? SecretsFile { get; init; }

    /// <summary>Settings of the app's environment that are no secrets, in the order of the file. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The TLS certificate.</summary>
    public HostingCertificate Certificate { get; init; } = new();

    /// <summary>How many releases stay on the server, 2 to 100. Default: 5.</summary>
    public int KeepReleases { get; init; } = DefaultKeepReleases;

    /// <summary>Folders that outlive a release: log, storage, tmp and those hosting.yml adds.</summary>
    public IReadOnlyList<string> SharedFolders { get; init; } = DefaultSharedFolders;

    /// <summary>The health check.</summary>
    public HostingHealth Health { get; init; } = new();

    /// <summary>How new code takes over. Default: slots.</summary>
    public HandoverMode Handover { get; init; } = HandoverMode.Slots;

    /// <summary>Commands of its own before and after steps, in the order of the file. Default: none.</summary>
    public IReadOnlyList<HostingHook> Hooks { get; init; } = [];

    /// <summary>The local folder of hosting.yml, absolute: templates of one's own lie there.</summary>
    public string HostingFolder { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>The app on another branch, checked as one of hosting.yml would be.</summary>
    internal HostingApp WithBranch(string branch)
    {
        Outcome<string> checkedBranch = GitRules.Branch(branch);
        return checkedBranch.IsRefused
            ? throw new DeployException("BranchInvalid", ErrorCategory.InvalidArgument, $"-Branch: {checkedBranch.Refusal}.", branch, "Give the name of a branch as git branch shows it.")
            : this with { Branch = branch };
    }

    /// <summary>The app's name.</summary>
    public override string ToString() => Name;
}
