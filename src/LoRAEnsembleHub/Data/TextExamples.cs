using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Labelled texts, or pairs of texts, as the tokens that a text model takes; a batch is as long as its longest text.</summary>
public sealed class TextExamples : LabeledExamples
{
    /// <summary>What one is called.</summary>
    internal const string ExampleWord = "text";

    /// <summary>What several are called.</summary>
    internal const string ExampleWords = "texts";

    private readonly LabeledData<TextRow> texts;
    private readonly TextTokenizer tokenizer;
    private readonly int? maxTokens;
    private readonly ExampleFacts facts = new(ExampleWords);
    private readonly TokenizedText?[] cache; // ids are smaller than the text they stand for

    /// <summary>Joins a data set and its preparation.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="tokenizer">How they become model input.</param>
    /// <param name="maxTokens">Tokens that are kept of a text at most, special ones counted; null takes what the tokenizer allows.</param>
    public TextExamples(LabeledData<TextRow> texts, TextTokenizer tokenizer, int? maxTokens = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (this.texts, this.tokenizer, this.maxTokens) = (texts, tokenizer, maxTokens ?? tokenizer.MaxTokens);
        cache = new TokenizedText?[texts.Count];
    }

    /// <inheritdoc />
    public override string Name => texts.Name;

    /// <inheritdoc />
    public override int Count => texts.Count;

    /// <inheritdoc />
    public override IReadOnlyList<string> ClassNames => texts.ClassNames;

    /// <inheritdoc />
    public override string Preparation => $"{tokenizer.Description}\n{maxTokens}";

    /// <inheritdoc />
    public override IReadOnlyList<string> Remarks => facts.ToRemarks();

    /// <inheritdoc />
    public override int Label(int index) => texts.Label(index);

    /// <inheritdoc />
    public override string Source(int index) => texts.Source(index);

    /// <summary>The number of tokens.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public override int Length(int index) => Tokens(index).Length;

    /// <inheritdoc />
    public override string Text(int index)
    {
        var row = texts.Read(index);
        return row.Pair is null ? row.Text : $"{row.Text} ‖ {row.Pair}";
    }

    /// <inheritdoc />
    public override IReadOnlyList<string> Facts(int index) => facts.Of(index);

    /// <inheritdoc />
    public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
    {
        var chosen = indices.ToArray();
        var tokens = new TokenizedText[chosen.Length];
        ParallelItems.For(tokens.Length, i => tokens[i] = Tokens(chosen[i]));
        var batch = tokenizer.Pad(tokens);
        IndexArray Array(string name, ReadOnlyMemory<long> values) => new(name, [batch.Batch, batch.Tokens], values.ToArray());
        return
        [
            Array(TextPipeline.Input, batch.InputIds),
            Array("attention_mask", batch.AttentionMask),
            Array("token_type_ids", batch.TokenTypeIds),
        ];
    }

    private TokenizedText Tokens(int index)
    {
        if (cache[index] is { } known)
        {
            return known;
        }

        var row = texts.Read(index);
        var tokens = tokenizer.Encode(row.Text, row.Pair, maxTokens);
        string[] found =
        [
            .. tokens.IsCut ? [$"only the first {tokens.Length} tokens are read; the rest was cut off"] : Array.Empty<string>(),
            .. tokens.Length <= (row.Pair is null ? 2 : 3) // the special ones alone
                ? ["it is empty, and the answer is what the model says of no words at all"]
                : Array.Empty<string>(),
        ];
        facts.Note(index, row.Source, found);

        return cache[index] = tokens;
    }
}
