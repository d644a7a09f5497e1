namespace LoRAEnsembleHub.Inputs;

/// <summary>Texts of one batch, filled up to the same number of tokens: the three inputs of BERT.</summary>
/// <param name="Batch">Number of texts.</param>
/// <param name="Tokens">Number of tokens of each.</param>
/// <param name="InputIds">Ids, row-major [batch, tokens]; behind a text's own the id of [PAD].</param>
/// <param name="AttentionMask">1 for a text's own tokens and 0 behind them, row-major [batch, tokens].</param>
/// <param name="TokenTypeIds">1 for the second text of a pair and 0 for all else, row-major [batch, tokens].</param>
public sealed record TokenBatch(
    int Batch,
    int Tokens,
    ReadOnlyMemory<long> InputIds,
    ReadOnlyMemory<long> AttentionMask,
    ReadOnlyMemory<long> TokenTypeIds
);
