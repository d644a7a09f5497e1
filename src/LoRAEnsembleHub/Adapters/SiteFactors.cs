using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The factors of all members at one site, stacked; members of a lower rank are padded with zeros.</summary>
/// <param name="Down">A: [members, rank, in].</param>
/// <param name="Up">B: [members, out, rank].</param>
/// <param name="Ranks">Rank per member; 0 for a member that leaves the site alone.</param>
/// <param name="Scales">Factor of the update per member.</param>
internal sealed record SiteFactors(Tensor Down, Tensor Up, IReadOnlyList<int> Ranks, IReadOnlyList<double> Scales) : IDisposable
{
    /// <summary>Stacks members, in tensors outside every scope; null stands for a member that leaves the site alone.</summary>
    /// <param name="members">A [rank, in], B [out, rank] and the factor of each.</param>
    /// <param name="width">in.</param>
    /// <param name="height">out.</param>
    public static SiteFactors Stack(IReadOnlyList<(Tensor Down, Tensor Up, double Scale)?> members, long width, long height)
    {
        using var scope = NewDisposeScope();
        int[] ranks = [.. members.Select(member => (int)(member?.Down.size(0) ?? 0))];
        var (down, up) = ranks.All(rank => rank == ranks[0])
            ? (stack(members.Select(member => member!.Value.Down)), stack(members.Select(member => member!.Value.Up)))
            : Padded(members, ranks, width, height);
        return new SiteFactors(
            down.DetachFromDisposeScope(),
            up.DetachFromDisposeScope(),
            ranks,
            [.. members.Select(member => member?.Scale ?? 1.0)]
        );
    }

    private static (Tensor Down, Tensor Up) Padded(
        IReadOnlyList<(Tensor Down, Tensor Up, double Scale)?> members,
        int[] ranks,
        long width,
        long height
    )
    {
        var (count, rank) = (members.Count, ranks.Max());
        var down = zeros(count, rank, width);
        var up = zeros(count, height, rank);
        foreach (var (index, member) in members.Index())
        {
            if (member is var (memberDown, memberUp, _))
            {
                down[index].narrow(0, 0, ranks[index]).copy_(memberDown);
                up[index].narrow(1, 0, ranks[index]).copy_(memberUp);
            }
        }

        return (down, up);
    }

    /// <summary>Members of one rank without a factor, over the tensors given.</summary>
    /// <param name="down">A: [members, rank, in].</param>
    /// <param name="up">B: [members, out, rank].</param>
    public static SiteFactors Plain(Tensor down, Tensor up)
    {
        var (members, rank) = ((int)down.size(0), (int)down.size(1));
        return new(down, up, [.. Enumerable.Repeat(rank, members)], [.. Enumerable.Repeat(1.0, members)]);
    }

    /// <summary>The same numbers in tensors of their own, outside every scope.</summary>
    public SiteFactors Copy() => this with { Down = Down.clone().DetachFromDisposeScope(), Up = Up.clone().DetachFromDisposeScope() };

    /// <summary>One member's own factors without padding; views in the current scope.</summary>
    public (Tensor Down, Tensor Up) Member(int index) => (Down[index].narrow(0, 0, Ranks[index]), Up[index].narrow(1, 0, Ranks[index]));

    /// <summary>s B of all members: [members, out, rank], fresh, in the current scope.</summary>
    public Tensor ScaledUp() => Up * tensor(Scales.Select(scale => (float)scale).ToArray()).view(-1, 1, 1);

    /// <summary>s B A of one member: [out, in], in the current scope.</summary>
    public Tensor Update(int index)
    {
        var (down, up) = Member(index);
        return Scales[index] * up.matmul(down);
    }

    public void Dispose()
    {
        Down.Dispose();
        Up.Dispose();
    }
}
