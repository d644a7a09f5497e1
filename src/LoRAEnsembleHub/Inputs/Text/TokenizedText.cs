namespace LoRAEnsembleHub.Inputs;

/// <summary>A text, or a pair of texts, as the tokens of a model: <c>[CLS] text [SEP]</c> or <c>[CLS] text [SEP] pair [SEP]</c>.</summary>
public sealed class TokenizedText
{
    private readonly int[] ids;
    private readonly int firstLength;
    private readonly Vocabulary vocabulary;

    internal TokenizedText(int[] ids, int firstLength, bool isCut, Vocabulary vocabulary) =>
        (this.ids, this.firstLength, IsCut, this.vocabulary) = (ids, firstLength, isCut, vocabulary);

    /// <summary>The id of each token, special ones included; 2 or more.</summary>
    public ReadOnlyMemory<int> Ids => ids;

    /// <summary>For each token 0 in the first text, with the special tokens around it, and 1 in the second.</summary>
    public ReadOnlyMemory<int> TypeIds => Enumerable.Range(0, ids.Length).Select(TypeId).ToArray();

    /// <summary>Number of tokens, special ones included.</summary>
    public int Length => ids.Length;

    /// <summary>The text had more tokens than were allowed, and its end is missing.</summary>
    public bool IsCut { get; }

    /// <summary>Each token as the vocabulary spells it.</summary>
    public IReadOnlyList<string> Tokens => [.. ids.Select(id => vocabulary[id])];

    internal int TypeId(int place) => place < firstLength ? 0 : 1;
}
