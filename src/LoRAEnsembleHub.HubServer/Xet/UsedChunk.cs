namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>A chunk that went into a rebuilt file.</summary>
/// <param name="Xorb">The xorb it came from.</param>
/// <param name="Chunk">Its number there.</param>
/// <param name="OfChunks">How many chunks that xorb has.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record UsedChunk(XetHash Xorb, int Chunk, int OfChunks, long Offset, int Bytes);
