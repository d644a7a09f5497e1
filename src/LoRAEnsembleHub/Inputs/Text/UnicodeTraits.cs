namespace LoRAEnsembleHub.Inputs;

/// <summary>What BERT's tokenizer asks about a code point.</summary>
[Flags]
internal enum UnicodeTraits : byte
{
    None = 0,

    /// <summary>A control, format or private-use character: category C, without unassigned ones.</summary>
    Other = 1,

    /// <summary>White space: the property White_Space.</summary>
    Space = 2,

    /// <summary>A nonspacing mark: category Mn.</summary>
    NonspacingMark = 4,

    /// <summary>Category P, and the symbols of ASCII.</summary>
    Punctuation = 8,

    /// <summary>It has a canonical decomposition.</summary>
    Decomposes = 16,

    /// <summary>It has another lower case.</summary>
    Lowers = 32,
}
