namespace LoRAEnsembleHub.Inputs;

/// <summary>How a vocabulary spells the tokens with a task.</summary>
/// <param name="Unknown">Stands for what cannot be cut into pieces.</param>
/// <param name="Class">Stands before a text.</param>
/// <param name="Separator">Stands behind a text.</param>
/// <param name="Padding">Fills a batch up.</param>
/// <param name="Mask">Stands for what is to be guessed.</param>
internal sealed record SpecialNames(string Unknown, string Class, string Separator, string Padding, string Mask)
{
    /// <summary>As BERT has them.</summary>
    public static SpecialNames Bert { get; } = new("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]");

    public IEnumerable<string> All => [Unknown, Class, Separator, Padding, Mask];
}
