namespace LoRAEnsembleHub.Data;

/// <summary>One text of a table, or a pair of texts.</summary>
public sealed record TextRow
{
    /// <summary>The text; may be empty.</summary>
    public required string Text { get; init; }

    /// <summary>The second text of a pair; null for none.</summary>
    public string? Pair { get; init; }

    /// <summary>The class by its name or number; null where the table does not say.</summary>
    public string? Label { get; init; }

    /// <summary>The part of the data set; null where the table does not say.</summary>
    public string? Split { get; init; }

    /// <summary>The file, or what else the text comes from.</summary>
    public required string File { get; init; }

    /// <summary>The line of the file that it starts on, from 1; null where there are no lines.</summary>
    public int? Line { get; init; }

    /// <summary>Where the text stands: <c>file(line)</c>.</summary>
    public string Source => Line is null ? File : $"{File}({Line})";
}
