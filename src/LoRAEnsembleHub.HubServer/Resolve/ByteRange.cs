using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>The part of a file that a request asks for.</summary>
/// <param name="First">The first byte.</param>
/// <param name="Count">How many bytes; 0 if the part lies outside the file.</param>
/// <remarks>RFC 9110, 14: a header that is not understood is ignored; several parts at once are answered with the whole.</remarks>
internal sealed record ByteRange(long First, long Count)
{
    /// <returns>The part; null for the whole file.</returns>
    /// <param name="header">The <c>Range</c> header, such as <c>bytes=0-99</c>, <c>bytes=100-</c> or <c>bytes=-50</c>.</param>
    /// <param name="size">The size of the file in bytes.</param>
    public static ByteRange? Read(string? header, long size)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var ends = header["bytes=".Length..].Trim().Split('-');
        if (ends.Length != 2)
        {
            return null;
        }

        if (ends[0].Length == 0)
        {
            return Position(ends[1]) is { } count ? new(Math.Max(0, size - count), Math.Min(count, size)) : null;
        }

        var last = ends[1].Length == 0 ? size - 1 : Position(ends[1]);
        return Position(ends[0]) is { } first && last is not null && (ends[1].Length == 0 || last >= first)
            ? new(first, Math.Max(0, Math.Min(last.Value, size - 1) - first + 1))
            : null;
    }

    private static long? Position(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
