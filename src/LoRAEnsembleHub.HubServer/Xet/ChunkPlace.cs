namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Where the packed bytes of a chunk lie in its xorb, and what they unpack to.</summary>
internal readonly record struct ChunkPlace(long Offset, ChunkHeader Header);
