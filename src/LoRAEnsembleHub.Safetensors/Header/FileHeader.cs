namespace LoRAEnsembleHub.Safetensors.Header;

/// <summary>What a header says, in the order it says it; the layout is not yet proved.</summary>
internal sealed record FileHeader(IReadOnlyDictionary<string, string>? Metadata, List<TensorEntry> Entries);

/// <summary>One tensor as the header describes it; offsets count from the start of the data.</summary>
internal readonly record struct TensorEntry(string Name, SafetensorsDtype Dtype, long[] Shape, ulong Begin, ulong End);
