namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>A part of what people see of a result.</summary>
internal abstract record Block;

/// <summary>One line or paragraph.</summary>
internal sealed record Paragraph(string Text, Tone Tone = Tone.Plain) : Block;

/// <summary>Names and values, below each other.</summary>
internal sealed record Facts(IReadOnlyList<(string Name, string? Value)> Items) : Block;

/// <summary>A table; columns of numbers are aligned to the right.</summary>
internal sealed record Grid(string? Title, IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) : Block;

/// <summary>A column of a table.</summary>
internal sealed record Column(string Name, bool IsNumber = false);

/// <summary>How a paragraph is meant.</summary>
internal enum Tone
{
    Plain,
    Heading,
    Good,
    Bad,
}
