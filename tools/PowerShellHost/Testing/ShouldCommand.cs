using System.Management.Automation;
using System.Management.Automation.Internal;
using Microsoft.PowerShell.Commands;

namespace HostingDeploy.PowerShellHost.Testing;

/// <summary>Asserts something about a value. Each operator is a parameter set, so the binder refuses nonsense.</summary>
[Cmdlet(VerbsLifecycle.Assert, "PesterValue")]
[Alias("Should")]
public sealed class ShouldCommand : PSCmdlet
{
    private readonly List<object?> _input = [];

    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? ActualValue { get; set; } = AutomationNull.Value;

    [Parameter]
    public SwitchParameter Not { get; set; }

    [Parameter]
    public string Because { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "Be")]
    [Alias("EQ")]
    public SwitchParameter Be { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeExactly")]
    [Alias("CEQ")]
    public SwitchParameter BeExactly { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeNullOrEmpty")]
    public SwitchParameter BeNullOrEmpty { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeTrue")]
    public SwitchParameter BeTrue { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeFalse")]
    public SwitchParameter BeFalse { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeOfType")]
    [Alias("HaveType")]
    public SwitchParameter BeOfType { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeGreaterThan")]
    [Alias("GT")]
    public SwitchParameter BeGreaterThan { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeGreaterOrEqual")]
    [Alias("GE")]
    public SwitchParameter BeGreaterOrEqual { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeLessThan")]
    [Alias("LT")]
    public SwitchParameter BeLessThan { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeLessOrEqual")]
    [Alias("LE")]
    public SwitchParameter BeLessOrEqual { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeLike")]
    public SwitchParameter BeLike { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeLikeExactly")]
    public SwitchParameter BeLikeExactly { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "BeIn")]
    public SwitchParameter BeIn { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Match")]
    public SwitchParameter Match { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "MatchExactly")]
    [Alias("CMATCH")]
    public SwitchParameter MatchExactly { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Contain")]
    public SwitchParameter Contain { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "HaveCount")]
    public SwitchParameter HaveCount { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Exist")]
    public SwitchParameter Exist { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Throw")]
    public SwitchParameter Throw { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Be")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeExactly")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeGreaterThan")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeGreaterOrEqual")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeLessThan")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeLessOrEqual")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeLike")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeLikeExactly")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeIn")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Contain")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "HaveCount")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? ExpectedValue { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "BeOfType")]
    public object ExpectedType { get; set; } = null!;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Match")]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "MatchExactly")]
    public string RegularExpression { get; set; } = "";

    [Parameter(Position = 0, ParameterSetName = "Throw")]
    public string ExpectedMessage { get; set; } = "";

    [Parameter(ParameterSetName = "Throw")]
    public string ErrorId { get; set; } = "";

    [Parameter(ParameterSetName = "Throw")]
    public Type? ExceptionType { get; set; }

    [Parameter(ParameterSetName = "Throw")]
    public SwitchParameter PassThru { get; set; }

    private bool TakesCollections => ParameterSetName is "Be" or "BeExactly" or "BeNullOrEmpty" or "Contain" or "HaveCount";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ActualValue != AutomationNull.Value)
        {
            _input.Add(ActualValue);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TestRun.Current?.CurrentTest?.CountAssertion();
        if (ParameterSetName == "Throw")
        {
            AssertThrow(_input is [{ } only] ? only : null);
        }
        else if (TakesCollections && _input.Count > 0)
        {
            Assert(_input.ToArray());
        }
        else
        {
            foreach (object? value in _input.Count > 0 ? _input : [null])
            {
                Assert(value);
            }
        }
    }

    private void Assert(object? actual)
    {
        object? expected = ParameterSetName switch
        {
            "BeOfType" => ExpectedType,
            "Match" or "MatchExactly" => RegularExpression,
            _ => ExpectedValue,
        };
        if (Assertions.Holds(this, ParameterSetName, actual, expected) == Not)
        {
            Fail(Assertions.Describe(ParameterSetName, actual, expected, Not, Because));
        }
    }

    private void AssertThrow(object? actual)
    {
        if (Assertions.Unwrap(actual) is not ScriptBlock script)
        {
            throw new PSArgumentException("Input is missing or not a ScriptBlock. Input to '-Throw' and '-Not -Throw' must be enclosed in curly braces.");
        }

        var error = Assertions.Unwrap(ScriptBlocks.Collect(TestScope.Catch, AutomationNull.Value, useLocalScope: true, script)) as ErrorRecord;
        string because = Assertions.Reason(Because);
        if (Not)
        {
            if (error is not null)
            {
                Fail($"Expected no exception to be thrown,{because} but an exception \"{error.Exception.Message}\" was thrown {error.InvocationInfo?.PositionMessage}");
            }

            return;
        }

        List<string> differences = [.. DifferencesOf(error)];
        if (differences.Count > 0)
        {
            Fail($"Expected an exception{Wanted()} to be thrown,{because} but {string.Join(" and ", differences)}.");
        }
        else if (PassThru)
        {
            WriteObject(error);
        }
    }

    private string Wanted()
    {
        List<string> filters = [];
        if (ExceptionType is not null)
        {
            filters.Add($"type {ValueText.Of(ExceptionType)}");
        }

        if (!string.IsNullOrWhiteSpace(ExpectedMessage))
        {
            filters.Add($"message like {ValueText.Of(ExpectedMessage)}");
        }

        if (!string.IsNullOrWhiteSpace(ErrorId))
        {
            filters.Add($"FullyQualifiedErrorId {ValueText.Of(ErrorId)}");
        }

        return filters.Count == 0 ? "" : $" with {string.Join(" and ", filters)}";
    }

    private IEnumerable<string> DifferencesOf(ErrorRecord? error)
    {
        if (error is null)
        {
            yield return "no exception was thrown";
            yield break;
        }

        if (ExceptionType is not null && !ExceptionType.IsInstanceOfType(error.Exception))
        {
            yield return $"the exception type was {ValueText.Of(error.Exception.GetType())}";
        }

        if (!string.IsNullOrWhiteSpace(ExpectedMessage) && !Assertions.IsLike(error.Exception.Message, ExpectedMessage, ignoreCase: true))
        {
            yield return $"the message was {ValueText.Of(error.Exception.Message)}";
        }

        if (!string.IsNullOrWhiteSpace(ErrorId) && !Assertions.IsLike(error.FullyQualifiedErrorId, ErrorId, ignoreCase: true))
        {
            yield return $"the FullyQualifiedErrorId was {ValueText.Of(error.FullyQualifiedErrorId)}";
        }
    }

    private void Fail(string message) => throw AssertionException.Thrown(message, "PesterAssertionFailed", MyInvocation);
}
