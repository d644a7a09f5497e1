namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>How a chunk of a xorb is packed.</summary>
internal enum ChunkScheme : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>As one LZ4 frame.</summary>
    Lz4 = 1,

    /// <summary>Bytes grouped by fours, then one LZ4 frame.</summary>
    GroupedLz4 = 2,
}
