using HostingDeploy.PowerShellHost.Hosting;

// The engine would report the modules it loads; a build has nothing to report.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
try
{
    return new HostRunner(CommandLine.Parse(args)).Run();
}
catch (CommandLineException e)
{
    Console.Error.WriteLine(e.Message);
    return CommandLineException.ExitCode;
}
