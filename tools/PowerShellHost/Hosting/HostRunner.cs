using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;
using System.Text;

namespace HostingDeploy.PowerShellHost.Hosting;

/// <summary>Runs what the command line asks for, with pwsh's exit codes.</summary>
internal sealed class HostRunner(CommandLine commandLine)
{
    private const int Failed = 1;
    private const int Interrupted = 130;

    private static readonly string[] s_modules =
        ["Microsoft.PowerShell.Utility", "Microsoft.PowerShell.Management", "Microsoft.PowerShell.Security"];

    private readonly CommandLine _commandLine = commandLine;
    private readonly ConsoleHost _host = new(new ConsoleUserInterface(commandLine.NonInteractive));
    private readonly Lock _sync = new();
    private Pipeline? _running;
    private bool _interrupted;

    public int Run()
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using Runspace runspace = OpenRunspace();
        Console.CancelKeyPress += StopRunning;
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopRunning);
        int exitCode = 0;
        if (_commandLine.File is { } file)
        {
            exitCode = RunFile(runspace, file);
        }
        else if (_commandLine.Command is { } text)
        {
            exitCode = RunCommand(runspace, text);
        }

        if (_commandLine.IsInteractive && _host.ExitCode is null)
        {
            RunPrompt(runspace);
        }

        return _host.ExitCode ?? exitCode;
    }

    private Runspace OpenRunspace()
    {
        Engine.ForgetMissingSnapIns();
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule(s_modules);
        Runspace runspace = RunspaceFactory.CreateRunspace(_host, state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        return runspace;
    }

    private int RunFile(Runspace runspace, string path)
    {
        // Without a local scope and with 'exit' rethrown the script is the program, not a call from one.
        var command = new Command(path, isScript: false, useLocalScope: false);
        foreach (CommandParameter argument in _commandLine.FileArguments)
        {
            command.Parameters.Add(argument);
        }

        if (!_commandLine.NoExit)
        {
            Engine.Set(Engine.Get(runspace, "ExecutionContext")!, "ScriptCommandProcessorShouldRethrowExit", true);
        }

        Pipeline pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(command);
        return Invoke(pipeline) ? 0 : FailureCode();
    }

    private int RunCommand(Runspace runspace, string text)
    {
        bool completed = Invoke(runspace.CreatePipeline(text, addToHistory: true));
        return completed && LastSucceeded(runspace) ? 0 : FailureCode();
    }

    private int FailureCode() => _interrupted ? Interrupted : Failed;

    private void RunPrompt(Runspace runspace)
    {
        while (_host.ExitCode is null)
        {
            _host.UI.Write(PromptText(runspace));
            if (ReadStatement() is not { } text)
            {
                _host.UI.WriteLine();
                return;
            }

            if (text.Trim().Length > 0)
            {
                Invoke(runspace.CreatePipeline(text, addToHistory: true));
            }
        }
    }

    private static string PromptText(Runspace runspace)
    {
        using var shell = PowerShell.Create(runspace);
        try
        {
            return shell.AddCommand("prompt").Invoke<string>().FirstOrDefault() ?? "PS> ";
        }
        catch (RuntimeException)
        {
            return "PS> ";
        }
    }

    /// <summary>Reads lines until they make a whole statement; null at the end of the input.</summary>
    private string? ReadStatement()
    {
        var text = new StringBuilder();
        while (Console.ReadLine() is { } line)
        {
            text.AppendLine(line);
            Parser.ParseInput(text.ToString(), out _, out ParseError[] errors);
            if (!errors.Any(e => e.IncompleteInput) || line.Length == 0)
            {
                return text.ToString();
            }

            _host.UI.Write(">> ");
        }

        return text.Length > 0 ? text.ToString() : null;
    }

    /// <summary>Runs a pipeline to the console; false when it ended with a terminating error.</summary>
    private bool Invoke(Pipeline pipeline)
    {
        using (pipeline)
        {
            pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            var show = new Command("Out-Default", isScript: false, useLocalScope: true);
            pipeline.Commands.Add(show);
            lock (_sync)
            {
                _running = pipeline;
                _interrupted = false;
            }

            try
            {
                pipeline.Invoke();
                return pipeline.PipelineStateInfo.State == PipelineState.Completed;
            }
            catch (PipelineStoppedException)
            {
                return false;
            }
            catch (RuntimeException e)
            {
                Report(pipeline.Runspace, e);
                return false;
            }
            finally
            {
                lock (_sync)
                {
                    _running = null;
                }

                ((ConsoleUserInterface)_host.UI).ClearProgress();
            }
        }
    }

    /// <summary>Shows an unhandled error the way the engine formats errors ($ErrorView).</summary>
    private static void Report(Runspace runspace, RuntimeException exception)
    {
        var error = PSObject.AsPSObject(exception.ErrorRecord);
        Engine.Set(error, "WriteStream", Enum.Parse(Engine.Type("System.Management.Automation.WriteStreamType"), "Error"));
        using Pipeline pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(new Command("Out-Default", isScript: false, useLocalScope: true));
        pipeline.Input.Write(error, enumerateCollection: false);
        pipeline.Input.Close();
        pipeline.Invoke();
    }

    private static bool LastSucceeded(Runspace runspace) =>
        runspace.SessionStateProxy.GetVariable("?") is not false;

    private void StopRunning(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = true;
        StopRunning();
    }

    private void StopRunning(PosixSignalContext context)
    {
        context.Cancel = StopRunning();
    }

    private bool StopRunning()
    {
        lock (_sync)
        {
            _interrupted = true;
            _running?.StopAsync();
            return _running is not null;
        }
    }
}
