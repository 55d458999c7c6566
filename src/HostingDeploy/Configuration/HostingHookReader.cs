namespace HostingDeploy.Configuration;

/// <summary>Reads the hooks of one app.</summary>
internal static class HostingHookReader
{
    /// <summary>The hooks in the order of the file; one that is refused is left out, its problems are in the mapping's list.</summary>
    public static IReadOnlyList<HostingHook> Read(MapReader app) => [.. app.ReadMaps("hooks").Select(ReadHook).OfType<HostingHook>()];

    private static HostingHook? ReadHook(MapReader map)
    {
        string? before = map.Read("before", HookRules.Step);
        string? after = map.Read("after", HookRules.Step);
        string run = map.Require("run", HookRules.Command);
        HookPlace place = map.Read("on", TextRules.Choice<HookPlace>(), HookPlace.Server);
        HookUser user = map.Read("as", TextRules.Choice<HookUser>(), HookUser.App);
        int? timeout = map.ReadNumber("timeoutSeconds", TextRules.Number(1, HookRules.LongestTimeout));
        map.RefuseOtherKeys();
        if (!map.Has("before") && !map.Has("after"))
        {
            map.Refuse("before", "missing, expected before: or after: with a step");
        }
        else if (map.Has("before") && map.Has("after"))
        {
            map.Refuse("after", "found before and after, expected one of them: a hook runs once");
        }

        if (place == HookPlace.Local && map.Has("as"))
        {
            map.Refuse("as", "found as for a hook on this machine, expected it only for one on the server: here it runs as whoever deploys");
        }

        return (before ?? after) is { } step
            ? new HostingHook
            {
                Moment = before is not null ? HookMoment.Before : HookMoment.After,
                Step = Enum.Parse<DeployStepName>(step),
                Run = run,
                On = place,
                As = user,
                TimeoutSeconds = timeout,
            }
            : null;
    }
}
