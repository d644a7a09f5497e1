using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>Low-rank updates of a fused query-key-value projection as updates of the three separate ones, and back; both ways exact.</summary>
/// <remarks>
/// A fused projection stacks the outputs of query, key and value. So does B of its update, while A is shared: the separate updates have
/// that A and a third of the rows of B each. Three updates that do not share A fuse into one of thrice the rank.
/// </remarks>
internal static class FusedQkv
{
    /// <summary>Cuts a fused update into query, key and value.</summary>
    /// <param name="down">A: [members, rank, in].</param>
    /// <param name="up">B: [members, 3·out, rank], rows of query, key and value in this order.</param>
    /// <returns>Three updates over views of the tensors given, in the current scope.</returns>
    public static SiteFactors[] Separate(Tensor down, Tensor up) => [.. up.chunk(3, 1).Select(rows => SiteFactors.Plain(down, rows))];

    /// <summary>Joins the updates of query, key and value; their scales go into B.</summary>
    /// <param name="parts">Query, key and value, of the same members.</param>
    /// <returns>A [members, rank, in] and B [members, 3·out, rank], in the caller's scope; the rank is that of the parts when they share A, else the sum of theirs.</returns>
    public static (Tensor Down, Tensor Up) Fuse(IReadOnlyList<SiteFactors> parts)
    {
        using var scope = NewDisposeScope();
        Tensor[] ups = [.. parts.Select(part => part.ScaledUp())];
        var shared = parts.All(part =>
            part.Down.shape.SequenceEqual(parts[0].Down.shape) && part.Down.equal(parts[0].Down).all().item<bool>()
        );
        if (shared)
        {
            return (parts[0].Down.clone().MoveToOuterDisposeScope(), cat(ups, 1).MoveToOuterDisposeScope());
        }

        var down = cat([.. parts.Select(part => part.Down)], 1); // [members, sum of ranks, in]
        var up = zeros(down.size(0), ups.Sum(part => part.size(1)), down.size(1)); // [members, 3·out, sum of ranks]
        var (row, column) = (0L, 0L);
        foreach (var part in ups)
        {
            up.narrow(1, row, part.size(1)).narrow(2, column, part.size(2)).copy_(part);
            (row, column) = (row + part.size(1), column + part.size(2));
        }

        return (down.MoveToOuterDisposeScope(), up.MoveToOuterDisposeScope());
    }
}
