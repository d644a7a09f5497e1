namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>The forms a result can be shown in.</summary>
internal enum OutputFormat
{
    /// <summary>Text and tables for people.</summary>
    Table,

    /// <summary>One JSON document.</summary>
    Json,

    /// <summary>Comma-separated values, for results that are a table.</summary>
    Csv,

    /// <summary>Names, paths or labels, one a line.</summary>
    Quiet,
}
