namespace LoRAEnsembleHub.Safetensors.Writing;

/// <summary>Orders text as its UTF-8 bytes, which is the order of code points; .NET's ordinal order is that of UTF-16 units.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Comparer { get; } = new();

    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var same = x.AsSpan().CommonPrefixLength(y);
        return same == x.Length || same == y.Length ? x.Length.CompareTo(y.Length) : Rank(x[same]).CompareTo(Rank(y[same]));
    }

    // Surrogates stand for code points above all others, yet their units lie below U+E000 to U+FFFF.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
