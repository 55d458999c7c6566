namespace HostingDeploy.Steps;

using HostingDeploy.Remote;
using HostingDeploy.Sessions;

/// <summary>One step of a deployment: its remote script, what it needs, how its answer reads.</summary>
internal abstract class DeployStep
{
    /// <summary>Which step it is.</summary>
    internal abstract DeployStepName Name { get; }

    /// <summary>The cmdlet a person runs for this step alone.</summary>
    internal abstract string Cmdlet { get; }

    /// <summary>Whether a deployment does it only with -Setup.</summary>
    internal virtual bool OnlyWithSetup => false;

    /// <summary>File name of its remote script, without ending.</summary>
    protected abstract string Script { get; }

    /// <summary>What ShouldProcess asks about.</summary>
    internal abstract string Target(HostingApp app);

    /// <summary>What ShouldProcess says is done with it.</summary>
    internal abstract string Action { get; }

    /// <summary>The line that announces it, or null for a step that is not announced.</summary>
    internal abstract string? Heading(HostingApp app);

    /// <summary>The line that says how it went, or null.</summary>
    internal abstract string? Done(StepResult result);

    /// <summary>Its own parameters.</summary>
    protected abstract void Add(RemoteScript script, StepContext context);

    /// <summary>The script, ready to be sent.</summary>
    internal RemoteScript Prepare(StepContext context, bool plan)
    {
        RemoteScript script = context.Script(Script, plan).Before($"journal_step {Name}");
        Add(script, context);
        return script;
    }
}
