namespace HostingDeploy.Deployments;

/// <summary>How long a planned deployment would take, going by the journal.</summary>
internal static class DurationForecast
{
    /// <summary>How many deployments of the journal it goes by.</summary>
    internal const int Deployments = 20;

    /// <summary>
    /// The sum of what each step took lately when it had as much to do: the median of its times. Null when a step that would
    /// change something has never done so yet.
    /// </summary>
    internal static TimeSpan? Of(IEnumerable<StepResult> plan, IEnumerable<DeploymentRecord> journal)
    {
        ILookup<(DeployStepName Step, bool Changed), TimeSpan> known = journal.SelectMany(d => d.Steps)
            .Where(s => s.Hook is null && s.Status != "Failed")
            .ToLookup(s => (s.Step, s.Status == "Changed"), s => s.Duration);
        TimeSpan sum = TimeSpan.Zero;
        foreach (StepResult step in plan)
        {
            bool changes = step.Status == StepStatus.WouldChange;
            TimeSpan[] times = [.. known[(step.Step, changes)].Order()];
            if (times.Length == 0 && changes)
            {
                return null;
            }

            sum += times.Length == 0 ? TimeSpan.Zero : times[times.Length / 2];
        }

        return sum;
    }
}
