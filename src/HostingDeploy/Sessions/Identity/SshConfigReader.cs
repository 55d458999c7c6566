namespace HostingDeploy.Sessions.Identity;

/// <summary>Reads ssh_config files for one host: decides which lines are about it and hands those to <see cref="SshConfigValues"/>.</summary>
internal sealed class SshConfigReader
{
    private const int DeepestInclude = 16;
    private static readonly string[] s_unsupportedCriteria = ["exec", "localnetwork", "tagged", "version", "sessiontype", "command"];

    private readonly SshConfigContext _context;
    private readonly SshConfigValues _values;
    private readonly string _originalHost;
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);
    private string _host;
    private bool _finalPass;
    private bool _wantsFinalPass;

    public SshConfigReader(string host, SshConfigValues values, SshConfigContext context)
    {
        _originalHost = _host = host;
        _values = values;
        _context = context;
    }

    /// <summary>What was passed over and might matter.</summary>
    public IReadOnlyList<string> Notes => [.. _notes];

    /// <summary>Reads the files; a second time with the host name found when a <c>Match final</c> asks for it.</summary>
    public void Read(IReadOnlyList<SshConfigSource> sources)
    {
        ReadAll(sources);
        if (_wantsFinalPass)
        {
            _finalPass = true;
            _host = _values.SettleHostName(_originalHost);
            ReadAll(sources);
        }
    }

    private void ReadAll(IReadOnlyList<SshConfigSource> sources)
    {
        foreach (SshConfigSource source in sources)
        {
            ReadFile(source, active: true, neverActive: false, depth: 0);
        }
    }

    private void ReadFile(SshConfigSource source, bool active, bool neverActive, int depth)
    {
        IReadOnlyList<string>? lines = SshConfigFiles.Read(source.File, source.CheckMode);
        if (lines is null && source.Required)
        {
            throw SshConfig.Missing(source.File);
        }

        for (int i = 0; i < lines?.Count; i++)
        {
            if (SshConfigLine.Parse(lines[i], source.File, i + 1) is not { } line)
            {
                continue;
            }

            switch (line.Keyword)
            {
                case "host":
                    active = MatchesHost(line) && !neverActive;
                    break;
                case "match":
                    active = MatchesCriteria(line) && !neverActive;
                    break;
                case "include":
                    Include(line, source, active, depth);
                    break;
                default:
                    _values.Read(line, active);
                    break;
            }
        }
    }

    private void Include(SshConfigLine line, SshConfigSource source, bool active, int depth)
    {
        if (depth == DeepestInclude)
        {
            throw line.Invalid("files include each other too deeply");
        }

        foreach (string argument in line.Arguments)
        {
            if (argument.Length == 0 || (argument[0] == '~' && !source.IsUser))
            {
                throw line.Invalid($"'{argument}' cannot be included here");
            }

            string path = argument[0] == '~' || Path.IsPathRooted(argument)
                ? _context.ExpandHome(argument)
                : Path.Combine(source.IsUser ? _context.UserFolder : SshConfigContext.SystemFolder, argument);
            foreach (string file in SshConfigFiles.Glob(path))
            {
                // What is included in a block that is not about this host can only be checked, never become active.
                ReadFile(source with { File = file, CheckMode = true, Required = false }, active, neverActive: !active, depth + 1);
            }
        }
    }

    private bool MatchesHost(SshConfigLine line)
    {
        if (line.Arguments.Count == 0 || line.Arguments.Contains(""))
        {
            throw line.Invalid("Host needs a pattern");
        }

        return SshPattern.MatchesList(line.Arguments, _host);
    }

    private bool MatchesCriteria(SshConfigLine line)
    {
        // "host=web1" is the same as "host web1".
        var words = new Queue<string>(line.Arguments.SelectMany(a => a.Split('=', 2)));
        bool matches = true;
        for (int criteria = 0; words.TryDequeue(out string? word); criteria++)
        {
            bool negated = word.StartsWith('!');
            string criterion = word.TrimStart('!').ToLowerInvariant();
            if (criterion == "all")
            {
                return words.Count == 0 && criteria <= 1 ? matches && !negated : throw line.Invalid("Match all stands alone");
            }

            if (criterion is "final" or "canonical")
            {
                matches &= IsFinalPass(criterion) != negated;
            }
            else if (!words.TryDequeue(out string? argument) || argument.Length == 0)
            {
                throw line.Invalid($"Match {criterion} needs an argument");
            }
            else if (s_unsupportedCriteria.Contains(criterion))
            {
                NoteUnsupported(line, criterion, matches);
                matches = false;
            }
            else
            {
                matches &= Meets(line, criterion, argument) != negated;
            }
        }

        return line.Arguments.Count > 0 ? matches : throw line.Invalid("Match needs a criterion");
    }

    private void NoteUnsupported(SshConfigLine line, string criterion, bool decides)
    {
        if (decides)
        {
            _notes.Add($"{line.File}:{line.Number}: Match {criterion} is not evaluated; its block is passed over.");
        }
    }

    private bool IsFinalPass(string criterion)
    {
        _wantsFinalPass |= criterion == "final" && !_finalPass;
        return _finalPass;
    }

    private bool Meets(SshConfigLine line, string criterion, string argument)
    {
        string[] patterns = argument.Split(',');
        switch (criterion)
        {
            case "host":
                return SshPattern.MatchesList(Lower(patterns), _values.HostNameFor(_originalHost));
            case "originalhost":
                return SshPattern.MatchesList(Lower(patterns), _originalHost);
            case "user":
                return SshPattern.MatchesList(patterns, _values.User ?? _context.LocalUser);
            case "localuser":
                return SshPattern.MatchesList(patterns, _context.LocalUser);
            default:
                throw line.Invalid($"'{criterion}' is no criterion of Match");
        }
    }

    private static IEnumerable<string> Lower(string[] patterns) => patterns.Select(p => p.ToLowerInvariant());
}

/// <summary>A file to read.</summary>
/// <param name="File">Its path.</param>
/// <param name="IsUser">Whether it is the user's and not the machine's: relative includes are in ~/.ssh then.</param>
/// <param name="CheckMode">Whether it must not be writable by others.</param>
/// <param name="Required">Whether it is an error when it is missing.</param>
internal sealed record SshConfigSource(string File, bool IsUser, bool CheckMode, bool Required);
