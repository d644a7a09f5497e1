using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The factors of all members at one site, stacked; members of a lower rank are padded with zeros.</summary>
/// <param name="Down">A: [members, rank, in].</param>
/// <param name="Up">B: [members, out, rank].</param>
/// <param name="Ranks">Rank per member; 0 for a member that leaves the site alone.</param>
/// <param name="Scales">Factor of the update per member.</param>
internal sealed record SiteFactors(Tensor Down, Tensor Up, IReadOnlyList<int> Ranks, IReadOnlyList<double> Scales) : IDisposable
{
    /// <summary>Stacks members; null stands for a member that leaves the site alone.</summary>
    public static SiteFactors Stack(IReadOnlyList<(Tensor Down, Tensor Up, double Scale)?> members, AdapterSite site)
    {
        using var scope = NewDisposeScope();
        int[] ranks = [.. members.Select(member => (int)(member?.Down.size(0) ?? 0))];
        var (down, up) = ranks.All(rank => rank == ranks[0])
            ? (stack(members.Select(member => member!.Value.Down)), stack(members.Select(member => member!.Value.Up)))
            : Padded(members, ranks, site);
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
        AdapterSite site
    )
    {
        var (count, rank) = (members.Count, ranks.Max());
        var down = zeros(count, rank, site.In);
        var up = zeros(count, site.Out, rank);
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

    /// <summary>One member's own factors without padding; views in the current scope.</summary>
    public (Tensor Down, Tensor Up) Member(int index) => (Down[index].narrow(0, 0, Ranks[index]), Up[index].narrow(1, 0, Ranks[index]));

    /// <summary>B of all members with their scales in it; in the current scope.</summary>
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
