namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>What a command found or did: a record whose properties are its JSON, and that can tell itself to people.</summary>
internal interface ICommandResult
{
    /// <summary>What people see.</summary>
    IEnumerable<Block> ToBlocks();

    /// <summary>Names, paths or labels, one a line.</summary>
    IEnumerable<string> ToQuietLines();

    /// <summary>What the process ends with.</summary>
    ExitCode ToExitCode() => ExitCode.Done;
}

/// <summary>A result that is a table.</summary>
internal interface ITabularResult : ICommandResult
{
    /// <summary>A header, then the rows; every number with all its digits.</summary>
    IEnumerable<IReadOnlyList<string>> ToRows();
}
