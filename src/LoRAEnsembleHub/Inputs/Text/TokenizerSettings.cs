namespace LoRAEnsembleHub.Inputs;

/// <summary>All that a folder says about its tokenizer.</summary>
internal sealed record TokenizerSettings
{
    /// <summary>The tokens of the model; added ones come behind them.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>What is done to texts.</summary>
    public required WordRules Rules { get; init; }

    /// <summary>Tokens that are found in a text as they stand.</summary>
    public required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>The tokens with a task.</summary>
    public required SpecialNames Special { get; init; }

    /// <summary>What tokens begin with that continue a word.</summary>
    public string Prefix { get; init; } = "##";

    /// <summary>Code points of the longest word that is cut into pieces.</summary>
    public int LongestWord { get; init; } = 100;

    /// <summary>Tokens that the model takes at most, special ones counted; null if the files do not say.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The files that this was read from.</summary>
    public required IReadOnlyList<string> Files { get; init; }
}
