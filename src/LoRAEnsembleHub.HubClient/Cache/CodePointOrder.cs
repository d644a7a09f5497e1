namespace LoRAEnsembleHub.Hub;

/// <summary>Orders names as Python does: by code points, not by the halves that .NET stores the higher ones as.</summary>
internal sealed class CodePointOrder : IComparer<string>
{
    public static CodePointOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var shared = x.AsSpan().CommonPrefixLength(y);
        if (shared == x.Length || shared == y.Length)
        {
            return x.Length.CompareTo(y.Length);
        }

        // A half above all that is not a half: only then do the two orders differ.
        var (one, other) = (x[shared], y[shared]);
        return char.IsSurrogate(one) == char.IsSurrogate(other) ? one.CompareTo(other)
            : char.IsSurrogate(one) ? 1
            : -1;
    }
}
