using System.Management.Automation;

namespace HostingDeploy.Commands;

/// <summary>Whether a person is going to be shown a plan before anything is done.</summary>
internal static class Confirmation
{
    /// <summary>With -WhatIf or -Confirm a cmdlet looks first, so that what it says is what would happen.</summary>
    internal static bool LooksFirst(PSCmdlet cmdlet) =>
        IsWhatIf(cmdlet) || IsOn(cmdlet.MyInvocation.BoundParameters, "Confirm", () => false);

    /// <summary>Whether nothing may be changed, by -WhatIf or by $WhatIfPreference.</summary>
    internal static bool IsWhatIf(PSCmdlet cmdlet) =>
        IsOn(cmdlet.MyInvocation.BoundParameters, "WhatIf", () => LanguagePrimitives.IsTrue(cmdlet.GetVariableValue("WhatIfPreference")));

    private static bool IsOn(Dictionary<string, object> bound, string name, Func<bool> otherwise) =>
        bound.TryGetValue(name, out object? value) ? value is SwitchParameter { IsPresent: true } : otherwise();
}
