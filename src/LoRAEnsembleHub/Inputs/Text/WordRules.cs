namespace LoRAEnsembleHub.Inputs;

/// <summary>How BERT prepares a text before it is cut into word pieces; field for field the BertNormalizer of a tokenizer.json.</summary>
internal sealed record WordRules
{
    /// <summary>Drops control, format and private-use characters and U+FFFD, and makes all white space one kind.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>Makes every Chinese character a word of its own.</summary>
    public bool HandleChineseChars { get; init; } = true;

    /// <summary>Takes accents off; null does so where letters are made lower case.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Makes letters lower case.</summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>Whether accents go.</summary>
    internal bool IsStripping => StripAccents ?? Lowercase;
}
