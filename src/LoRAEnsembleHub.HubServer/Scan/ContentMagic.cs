namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Tells what kind of container content is by its first bytes.</summary>
internal static class ContentMagic
{
    /// <summary>How many first bytes tell all kinds.</summary>
    public const int Length = TarTag + 5;

    private const int TarTag = 257;

    /// <returns>The kind.</returns>
    /// <param name="start">The first bytes, <see cref="Length"/> of them if there are as many.</param>
    public static ContentKind Of(ReadOnlySpan<byte> start) =>
        start switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => ContentKind.Zip,
            [0x1f, 0x8b, ..] => ContentKind.Gzip,
            [0x78, 0x01 or 0x5e or 0x9c or 0xda, ..] => ContentKind.Zlib,
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, 0x41, ..]
            or [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..]
            or [0x5d, 0, 0, ..]
            or [0x04, 0x22, 0x4d, 0x18, ..]
            or [0x28, 0xb5, 0x2f, 0xfd, ..]
            or [(byte)'7', (byte)'z', 0xbc, 0xaf, ..]
            or [(byte)'R', (byte)'a', (byte)'r', (byte)'!', ..] => ContentKind.OtherArchive,
            _ when start.Length >= Length && start[TarTag..].StartsWith("ustar"u8) => ContentKind.Tar,
            _ => ContentKind.Plain,
        };

    /// <returns>Whether content begins as pickles of protocol 2 and later do.</returns>
    public static bool LooksLikePickle(ReadOnlySpan<byte> start) => start is [0x80, >= 2 and <= 5, ..];
}
