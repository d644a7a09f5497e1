namespace LoRAEnsembleHub.Cli;

/// <summary>A command cannot go on, and knows best what to say about it.</summary>
internal sealed class CommandException(string kind, string message, string? hint, ExitCode exitCode = ExitCode.Failed) : Exception(message)
{
    /// <summary>One word for programs, such as <c>usage</c>.</summary>
    public string Kind => kind;

    /// <summary>What to do next, or null.</summary>
    public string? Hint => hint;

    public ExitCode ExitCode => exitCode;

    /// <summary>The command line asks for something that does not go together.</summary>
    public static CommandException Usage(string message, string? hint = null) => new("usage", message, hint, ExitCode.Usage);

    /// <summary>Something that the command line names is not there.</summary>
    public static CommandException NotFound(string message, string? hint = null) => new("not_found", message, hint, ExitCode.NotFound);
}
