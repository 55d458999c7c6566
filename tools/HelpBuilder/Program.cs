using HelpBuilder;

return Cli.Run(args, Console.Out, Console.Error, DateOnly.FromDateTime(DateTime.Today));
