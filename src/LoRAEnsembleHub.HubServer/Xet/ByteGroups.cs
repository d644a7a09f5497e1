namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Undoes the regrouping of bytes by which numbers of four bytes compress better.</summary>
/// <remarks>
/// Of length L, group k (0 to 3) has (L − k + 3) / 4 bytes, the groups follow each other, and byte i of group k belongs at 4i + k
/// (xet-core, byte grouping).
/// </remarks>
internal static class ByteGroups
{
    private const int Groups = 4;

    /// <summary>Puts the bytes back in their order.</summary>
    /// <param name="grouped">The four groups, one after the other.</param>
    /// <param name="target">As long as <paramref name="grouped"/>, and not the same memory.</param>
    public static void Undo(ReadOnlySpan<byte> grouped, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, grouped.Length);
        var at = 0;
        for (var group = 0; group < Groups; group++)
        {
            for (var place = group; place < target.Length; place += Groups)
            {
                target[place] = grouped[at++];
            }
        }
    }
}
