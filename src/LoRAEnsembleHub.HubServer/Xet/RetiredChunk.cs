using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Where a chunk of a retired xorb lies: a part of stored content.</summary>
/// <param name="Content">The SHA-256 of the content.</param>
/// <param name="Offset">Where the chunk begins.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record RetiredChunk(ContentHash Content, long Offset, int Bytes)
{
    /// <returns>One line of text that <see cref="Parse"/> reads.</returns>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Content} {Offset} {Bytes}");

    /// <summary>Reads a line.</summary>
    /// <exception cref="XetException">It is none of ours.</exception>
    public static RetiredChunk Parse(string line)
    {
        var parts = line.Split(' ');
        return
            parts.Length == 3
            && ContentHash.TryParse(parts[0], out var content)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            && bytes is > 0 and <= XetLimits.ChunkBytes
            ? new(content, offset, bytes)
            : throw new XetException("The list of places of a retired xorb on this server is damaged; upload the xorb again.");
    }
}
