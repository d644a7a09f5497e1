namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Bounds that keep a hostile upload from asking for much memory or disk.</summary>
internal static class XetLimits
{
    /// <summary>The largest chunk once unpacked; the format's own limit.</summary>
    public const int ChunkBytes = 128 << 10;

    /// <summary>The largest body of a xorb: 64 MiB of chunks, their headers and a footer, with room to spare.</summary>
    public const long XorbBytes = 80L << 20;

    /// <summary>The most chunks in a xorb; xet-core packs at most 8,192.</summary>
    public const int XorbChunks = 1 << 16;

    /// <summary>The largest shard that is read; a shard of 64 MiB speaks of about a million segments.</summary>
    public const int ShardBytes = 64 << 20;
}
