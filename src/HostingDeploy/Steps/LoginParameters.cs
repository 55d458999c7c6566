using System.Globalization;

namespace HostingDeploy.Steps;

using HostingDeploy.Remote;

/// <summary>The app's own way into its database, for the scripts that ask it something; empty where it is not known.</summary>
internal static class LoginParameters
{
    internal static RemoteScript AddTo(RemoteScript script, DatabaseLogin? login) => script
        .With("LOGIN_HOST", login?.Host)
        .With("LOGIN_PORT", login?.Port.ToString(CultureInfo.InvariantCulture))
        .With("LOGIN_NAME", login?.Name)
        .With("LOGIN_USER", login?.User)
        .With("LOGIN_PASSWORD", login?.Password.Reveal());
}
