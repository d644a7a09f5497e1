namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>A run of chunks of one xorb that is the next part of a file.</summary>
/// <param name="Xorb">The xorb.</param>
/// <param name="Bytes">How many bytes the chunks unpack to.</param>
/// <param name="First">The first chunk.</param>
/// <param name="End">The chunk behind the last.</param>
internal sealed record ShardTerm(XetHash Xorb, long Bytes, int First, int End);
