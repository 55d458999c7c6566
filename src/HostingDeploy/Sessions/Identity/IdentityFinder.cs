namespace HostingDeploy.Sessions.Identity;

/// <summary>Finds the keys to offer, in the order of ssh: keys of the agent that are configured, other keys of the agent, key files.</summary>
internal sealed class IdentityFinder
{
    private readonly SshHostSettings _settings;
    private readonly AuthenticationOptions _options;
    private readonly PrivateKeyLoader _loader;
    private readonly List<SshPublicKey> _certificates = [];
    private readonly List<string> _notes = [];

    public IdentityFinder(SshHostSettings settings, AuthenticationOptions options)
    {
        _settings = settings;
        _options = options;
        _loader = new PrivateKeyLoader(options.AskPassphrase, options.Passphrase);
    }

    /// <summary>What was looked for and cannot be used.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public IReadOnlyList<LoginIdentity> Find()
    {
        ReadCertificates();
        List<Candidate> candidates = [.. Candidates()];
        List<AgentIdentity> held = [.. HeldByAgent()];

        List<AgentIdentity> configured = [.. held.Where(a => candidates.Any(c => c.Is(a)))];
        IEnumerable<AgentIdentity> others = _settings.IdentitiesOnly ? [] : held.Except(configured);
        List<Candidate> files = [.. candidates.Where(c => !configured.Any(c.Is))];
        List<KeyFileIdentity> asked = Openable(files.Where(c => c.IsAskedFor));
        List<KeyFileIdentity> usual = Openable(files.Where(c => !c.IsAskedFor));
        return [.. configured.Select(Certified), .. asked, .. others.Select(Certified), .. usual];

        AgentIdentity Certified(AgentIdentity identity) => CertificateFor(identity, candidates, held) is { } certificate ? identity.With(certificate) : identity;
    }

    private void ReadCertificates()
    {
        foreach (string file in _settings.CertificateFiles)
        {
            if (SshPublicKey.FromFile(file) is { IsCertificate: true } certificate)
            {
                _certificates.Add(certificate);
            }
            else
            {
                _notes.Add($"{file}: holds no certificate");
            }
        }
    }

    private IEnumerable<Candidate> Candidates()
    {
        foreach (string file in _options.IdentityFiles)
        {
            yield return Look(file, askedFor: true);
        }

        // A key that was asked for takes the place of the usual ones, as with ssh -i.
        IEnumerable<string> configured = _settings.IdentityFilesAreDefaults && _options.IdentityFiles.Count > 0 ? [] : _settings.IdentityFiles;
        foreach (string file in configured.Except(_options.IdentityFiles))
        {
            yield return Look(file, askedFor: false);
        }
    }

    /// <summary>What can be known of a key without opening it. The name may be that of a .pub file whose private half only the agent has.</summary>
    private Candidate Look(string file, bool askedFor)
    {
        SshPublicKey? own = SshPublicKey.FromFile(file);
        SshPublicKey? publicKey = own?.Certified ?? SshPublicKey.FromFile(file + ".pub")?.Certified;
        SshPublicKey? certificate = null;
        if (publicKey is not null)
        {
            certificate = own is { IsCertificate: true } ? own : _certificates.Find(c => c.Certified.Equals(publicKey))
                ?? PrivateKeyLoader.FindCertificate(file, certificateFile: null, publicKey);
        }

        return new Candidate(file, askedFor, own is not null, publicKey, certificate);
    }

    private IReadOnlyList<AgentIdentity> HeldByAgent()
    {
        if (!_options.UseAgent || _settings.AgentSocket is not { } socket)
        {
            _notes.Add("no SSH agent");
            return [];
        }

        try
        {
            IReadOnlyList<AgentIdentity> held = new SshAgentClient(socket).List();
            if (held.Count == 0)
            {
                _notes.Add($"the SSH agent at {socket} holds no key");
            }

            return [.. held.OrderByDescending(i => i.Key.IsCertificate)];
        }
        catch (DeployException e)
        {
            // Like ssh: without its agent it goes on with the files.
            _notes.Add(e.Message);
            return [];
        }
    }

    private List<KeyFileIdentity> Openable(IEnumerable<Candidate> candidates)
    {
        var identities = new List<KeyFileIdentity>();
        foreach (Candidate candidate in candidates)
        {
            try
            {
                identities.Add(Open(candidate));
            }
            catch (DeployException e) when (!candidate.IsAskedFor)
            {
                _notes.Add(e.ErrorId == KeyFileErrors.MissingId ? $"{candidate.File}: no such file" : e.Message);
            }
        }

        return identities;
    }

    private KeyFileIdentity Open(Candidate candidate)
    {
        if (candidate.IsPublicFile)
        {
            throw KeyFileErrors.OnlyPublic(candidate.File);
        }

        KeyFileHeader header = PrivateKeyLoader.Inspect(candidate.File);
        SshPublicKey? publicKey = header.PublicKey ?? candidate.PublicKey;
        if (publicKey is null && !header.IsEncrypted)
        {
            using PrivateKey opened = _loader.Load(candidate.File);
            publicKey = opened.PublicKey;
        }

        SshPublicKey? certificate = candidate.Certificate;
        if (certificate is null && publicKey is not null)
        {
            certificate = _certificates.Find(c => c.Certified.Equals(publicKey))
                ?? PrivateKeyLoader.FindCertificate(candidate.File, certificateFile: null, publicKey);
        }

        return new KeyFileIdentity(_loader, candidate.File, publicKey, certificate);
    }

    /// <summary>The certificate of a plain key that the agent does not itself list a certificate for.</summary>
    private SshPublicKey? CertificateFor(AgentIdentity identity, List<Candidate> candidates, List<AgentIdentity> held)
    {
        if (identity.Key.IsCertificate || held.Any(h => h.Key.IsCertificate && h.Key.Certified.Equals(identity.Key)))
        {
            return null;
        }

        return _certificates.Find(c => c.Certified.Equals(identity.Key)) ?? candidates.Find(c => c.Is(identity))?.Certificate;
    }

    /// <summary>A key that is configured by the name of its file.</summary>
    private sealed record Candidate(string File, bool IsAskedFor, bool IsPublicFile, SshPublicKey? PublicKey, SshPublicKey? Certificate)
    {
        public bool Is(AgentIdentity identity) => PublicKey is not null && PublicKey.Equals(identity.Key.Certified);
    }
}
