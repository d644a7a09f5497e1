namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>The chunks of one xorb, wherever they are kept; the caller disposes it.</summary>
internal abstract class OpenXorb : IAsyncDisposable
{
    /// <summary>How many chunks the xorb has.</summary>
    public abstract int Chunks { get; }

    /// <summary>Length of a chunk once unpacked.</summary>
    /// <param name="chunk">0 to <see cref="Chunks"/> − 1.</param>
    public abstract int BytesOf(int chunk);

    /// <summary>Reads and unpacks a chunk.</summary>
    /// <param name="chunk">0 to <see cref="Chunks"/> − 1.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="XetException">The chunk does not unpack.</exception>
    public abstract Task<byte[]> ReadAsync(int chunk, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
