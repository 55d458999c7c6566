using System.Management.Automation;

namespace HostingDeploy;

/// <summary>
/// A failure that a person can act on. Every error the module reports is one of these: a stable <see cref="ErrorId"/>,
/// the right category, what it is about, and the line that goes on from here.
/// </summary>
public class DeployException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="errorId">Stable PascalCase identifier, one per cause.</param>
    /// <param name="category">PowerShell's category; never NotSpecified.</param>
    /// <param name="message">What happened, in one sentence a person understands. Holds no secret.</param>
    /// <param name="target">The server, app, step or file it is about.</param>
    /// <param name="recommendedAction">What to do next: a cmdlet line or an instruction.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    public DeployException(
        string errorId,
        ErrorCategory category,
        string message,
        object? target = null,
        string? recommendedAction = null,
        Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        Category = category;
        Target = target;
        RecommendedAction = recommendedAction;
    }

    /// <summary>Stable identifier of the cause, for scripts: <c>catch { if ($_.FullyQualifiedErrorId -like 'HostKeyUnknown*') … }</c>.</summary>
    public string ErrorId { get; }

    /// <summary>PowerShell's error category.</summary>
    public ErrorCategory Category { get; }

    /// <summary>What the failure is about.</summary>
    public object? Target { get; }

    /// <summary>What to do next.</summary>
    public string? RecommendedAction { get; set; }

    /// <summary>The record a cmdlet writes for this failure.</summary>
    public ErrorRecord ToErrorRecord()
    {
        var record = new ErrorRecord(this, ErrorId, Category, Target);
        if (RecommendedAction is not null)
        {
            record.ErrorDetails = new ErrorDetails(Message) { RecommendedAction = RecommendedAction };
        }

        return record;
    }
}
