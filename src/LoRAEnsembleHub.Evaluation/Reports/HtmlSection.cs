namespace LoRAEnsembleHub.Evaluation;

/// <summary>A part of a page that its maker adds: a heading, words, drawings, and a table whose rows may begin with a picture.</summary>
public sealed record HtmlSection
{
    /// <summary>The heading; any text.</summary>
    public required string Heading { get; init; }

    /// <summary>One or more sentences each; any text.</summary>
    public IReadOnlyList<string> Paragraphs { get; init; } = [];

    /// <summary>What the colours of the charts mean: a name for each of their series, in order. Default: none.</summary>
    public IReadOnlyList<string> Legend { get; init; } = [];

    /// <summary>Drawings, shown before the table. Default: none.</summary>
    public IReadOnlyList<HtmlChart> Charts { get; init; } = [];

    /// <summary>Names of the columns after the picture; none writes no table.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The rows of the table.</summary>
    public IReadOnlyList<HtmlRow> Rows { get; init; } = [];
}

/// <summary>A row of a table on a page.</summary>
public sealed record HtmlRow
{
    /// <summary>One text for each column.</summary>
    public required IReadOnlyList<string> Cells { get; init; }

    /// <summary>A PNG file's bytes, which become part of the page; empty for no picture.</summary>
    public ReadOnlyMemory<byte> Png { get; init; }
}
