using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>Makes sets of members out of others: some of them, several sets together, one average, lower ranks, other element types.</summary>
/// <remarks>Every result is a value of its own with copied numbers; the sets it was made of stay as they are.</remarks>
public static class AdapterSets
{
    /// <summary>Takes members by their places; also puts them in another order.</summary>
    /// <param name="set">The members to choose from.</param>
    /// <param name="members">Places from 0, each once; one or more.</param>
    /// <returns>The chosen members in that order; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">No place is given, one is out of range, or one is given twice.</exception>
    public static AdapterSet Select(this AdapterSet set, params IReadOnlyList<int> members)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0 || members.Distinct().Count() != members.Count || members.Any(member => member < 0 || member >= set.Count))
        {
            throw new ArgumentException(
                $"{set.Name} has {set.Count} members, from 0; chosen were {string.Join(", ", members)}. Choose one or more, each once.",
                nameof(members)
            );
        }

        return Joined(set.Name, [.. members.Select(member => (set, member))]);
    }

    /// <summary>Puts the members of several sets one after another.</summary>
    /// <param name="name">What the result is called in messages.</param>
    /// <param name="sets">Sets of members of one base; all bring heads of the same shape, or none does.</param>
    /// <returns>All members; the caller disposes them.</returns>
    /// <exception cref="AdapterException">The sets do not go together.</exception>
    public static AdapterSet Join(string name, params IReadOnlyList<AdapterSet> sets)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.Count == 0)
        {
            throw new AdapterException($"{name} has no members; an ensemble needs 1 or more.");
        }

        foreach (var set in sets.Skip(1))
        {
            RefuseOtherSizes(sets[0], set);
        }

        return Joined(name, [.. sets.SelectMany(set => Enumerable.Range(0, set.Count).Select(member => (set, member)))]);
    }

    /// <summary>
    /// Averages the weights of all members into one: exactly the mean of their updates, of rank r_1 + … + r_M at each site, and the mean of
    /// their heads.
    /// </summary>
    /// <remarks>One network with mean weights; its predictions are not the mean of the members' predictions, and it has no spread.</remarks>
    /// <param name="set">The members.</param>
    /// <returns>One member; the caller disposes it.</returns>
    public static AdapterSet Average(this AdapterSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        set.ThrowIfDisposed();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var sites = new Dictionary<string, SiteFactors>(StringComparer.Ordinal);
        foreach (var (name, factors) in set.Sites)
        {
            int[] present = [.. Enumerable.Range(0, set.Count).Where(member => factors.Ranks[member] > 0)];
            var down = cat([.. present.Select(member => factors.Member(member).Down)], 0); // [sum of ranks, in]
            var up = cat([.. present.Select(member => factors.Member(member).Up * (factors.Scales[member] / set.Count))], 1); // [out, sum of ranks]
            sites.Add(name, SiteFactors.Plain(down.unsqueeze(0), up.unsqueeze(0)).Copy());
        }

        return Made(set, [new AdapterMember { Name = "average" }], sites, (_, value) => value.mean([0], keepdim: true));
    }

    /// <summary>Lowers the rank of every update to the best approximation of that rank (Eckart and Young 1936, by singular values).</summary>
    /// <param name="set">The members.</param>
    /// <param name="rank">The highest rank that is left, 1 or more; updates of that rank or less stay to the bit.</param>
    /// <param name="largestError">The largest ‖difference‖ / ‖update‖ of any update (Frobenius norms); 0 where nothing was lost.</param>
    /// <returns>The members with factors of equal norm, B √S and √S A; the caller disposes them.</returns>
    public static AdapterSet Truncate(this AdapterSet set, int rank, out double largestError)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        set.ThrowIfDisposed();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var largest = 0.0;
        var sites = new Dictionary<string, SiteFactors>(StringComparer.Ordinal);
        foreach (var (name, factors) in set.Sites)
        {
            var members = new (Tensor, Tensor, double)?[set.Count];
            for (var member = 0; member < set.Count; member++)
            {
                if (factors.Ranks[member] == 0)
                {
                    continue;
                }

                var (down, up) = factors.Member(member);
                if (factors.Ranks[member] <= rank)
                {
                    members[member] = (down, up, factors.Scales[member]);
                    continue;
                }

                var (lowDown, lowUp, error) = Lowered(down, up * factors.Scales[member], rank);
                largest = Math.Max(largest, error);
                members[member] = (lowDown, lowUp, 1.0);
            }

            sites.Add(name, SiteFactors.Stack(members, factors.Down.size(2), factors.Up.size(1)));
        }

        largestError = largest;
        return Made(set, set.Members, sites, (_, value) => value.clone());
    }

    /// <summary>Rounds all numbers to an element type, in which the members are also written.</summary>
    /// <param name="set">The members.</param>
    /// <param name="dtype">Float32, Float16 or BFloat16.</param>
    /// <returns>The members; in memory they are Float32 again, with the rounded values. The caller disposes them.</returns>
    /// <exception cref="AdapterException">A number is beyond the range of the type.</exception>
    public static AdapterSet Round(this AdapterSet set, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
        {
            throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Members are written in Float32, Float16 or BFloat16.");
        }

        set.ThrowIfDisposed();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        Tensor Rounded(string name, Tensor tensor)
        {
            var rounded = tensor.to(dtype).to(ScalarType.Float32);
            return rounded.isfinite().all().item<bool>()
                ? rounded.clone()
                : throw new AdapterException(
                    $"{set.Name}: {name} holds numbers beyond the range of {dtype}. Choose bf16, which has the range of f32."
                );
        }

        var sites = set.Sites.ToDictionary(
            site => site.Key,
            site => (Down: Rounded($"{site.Key}.lora_A", site.Value.Down), Up: Rounded($"{site.Key}.lora_B", site.Value.Up))
        );
        var head = set.Head.ToDictionary(entry => entry.Key, entry => Rounded(entry.Key, entry.Value));
        return Made(
            set,
            [.. set.Members.Select(member => member with { Stored = dtype })],
            sites.ToDictionary(
                site => site.Key,
                site =>
                    set.Sites[site.Key] with
                    {
                        Down = site.Value.Down.DetachFromDisposeScope(),
                        Up = site.Value.Up.DetachFromDisposeScope(),
                    },
                StringComparer.Ordinal
            ),
            (name, _) => head[name]
        );
    }

    /// <summary>Puts the classes of all heads in another order.</summary>
    /// <param name="set">Members with heads.</param>
    /// <param name="classes">For every class of the result the class of the set.</param>
    /// <param name="catalogue">The model; it knows which dimension of a parameter is that of the classes.</param>
    internal static AdapterSet Permute(this AdapterSet set, IReadOnlyList<int> classes, AdapterCatalogue catalogue)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var order = tensor(classes.Select(index => (long)index).ToArray());
        var parameters = catalogue.Heads.SelectMany(head => head.Parameters).DistinctBy(parameter => parameter.Name);
        var axes = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Shape.ToList().IndexOf(-1));
        return Made(
            set,
            set.Members,
            set.Sites.ToDictionary(site => site.Key, site => site.Value.Copy(), StringComparer.Ordinal),
            (name, value) => axes[name] < 0 ? value.clone() : value.index_select(axes[name] + 1, order)
        );
    }

    /// <summary>A set of the name of another one, with heads made of its own.</summary>
    /// <param name="set">The other one.</param>
    /// <param name="members">The members.</param>
    /// <param name="sites">Updates in tensors outside every scope.</param>
    /// <param name="head">Makes a fresh tensor of a head's parameter.</param>
    private static AdapterSet Made(
        AdapterSet set,
        IReadOnlyList<AdapterMember> members,
        Dictionary<string, SiteFactors> sites,
        Func<string, Tensor, Tensor> head
    ) =>
        new(
            set.Name,
            members,
            sites,
            set.Head.ToDictionary(
                entry => entry.Key,
                entry => head(entry.Key, entry.Value).DetachFromDisposeScope(),
                StringComparer.Ordinal
            )
        );

    private static AdapterSet Joined(string name, (AdapterSet Set, int Member)[] members)
    {
        foreach (var (set, _) in members)
        {
            set.ThrowIfDisposed();
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var sites = new Dictionary<string, SiteFactors>(StringComparer.Ordinal);
        foreach (var (site, like) in members.SelectMany(member => member.Set.Sites).DistinctBy(site => site.Key))
        {
            var each = members
                .Select(member =>
                {
                    if (!member.Set.Sites.TryGetValue(site, out var factors) || factors.Ranks[member.Member] == 0)
                    {
                        return ((Tensor, Tensor, double)?)null;
                    }

                    var (down, up) = factors.Member(member.Member);
                    return (down, up, factors.Scales[member.Member]);
                })
                .ToArray();
            if (each.Any(member => member is not null))
            {
                sites.Add(site, SiteFactors.Stack(each, like.Down.size(2), like.Up.size(1)));
            }
        }

        var head = members[0]
            .Set.Head.Keys.ToDictionary(
                key => key,
                key => stack(members.Select(member => member.Set.Head[key][member.Member])).DetachFromDisposeScope(),
                StringComparer.Ordinal
            );
        return new AdapterSet(name, [.. members.Select(member => member.Set.Members[member.Member])], sites, head);
    }

    /// <summary>The best update of a lower rank, by the singular values of the small core of B A.</summary>
    private static (Tensor Down, Tensor Up, double Error) Lowered(Tensor down, Tensor up, int rank)
    {
        var (left, leftCore) = linalg.qr(up.to(ScalarType.Float64)); // [out, min(out, r)], [min(out, r), r]
        var (right, rightCore) = linalg.qr(down.to(ScalarType.Float64).transpose(0, 1)); // [in, min(in, r)], [min(in, r), r]
        var (u, singular, vt) = linalg.svd(leftCore.matmul(rightCore.transpose(0, 1)), fullMatrices: false);
        var count = Math.Min(rank, singular.size(0)); // no product has a higher rank than its shorter side
        var kept = singular.narrow(0, 0, count).sqrt();
        var lost = singular.narrow(0, count, singular.size(0) - count);
        var whole = singular.square().sum().item<double>();
        var error = whole > 0 ? Math.Sqrt(lost.square().sum().item<double>() / whole) : 0;
        var lowUp = left.matmul(u.narrow(1, 0, count) * kept); // [out, count]
        var lowDown = (kept.unsqueeze(1) * vt.narrow(0, 0, count)).matmul(right.transpose(0, 1)); // [count, in]
        return (lowDown.to(ScalarType.Float32), lowUp.to(ScalarType.Float32), error);
    }

    private static void RefuseOtherSizes(AdapterSet first, AdapterSet set)
    {
        static string Shown(AdapterSet set) =>
            set.Head.Count == 0
                ? "the base's own head"
                : string.Join(
                    ", ",
                    set.Head.Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape[1..])}]").Order(StringComparer.Ordinal)
                );
        if (Shown(first) != Shown(set))
        {
            throw new AdapterException(
                $"{set.Name} predicts with {Shown(set)}, {first.Name} with {Shown(first)}; all members of an ensemble must predict the same classes."
            );
        }

        foreach (var (name, factors) in set.Sites)
        {
            if (
                first.Sites.TryGetValue(name, out var other)
                && (other.Down.size(2), other.Up.size(1)) != (factors.Down.size(2), factors.Up.size(1))
            )
            {
                throw new AdapterException(
                    $"{set.Name} adapts {name} as {factors.Down.size(2)} → {factors.Up.size(1)}, {first.Name} as {other.Down.size(2)} → {other.Up.size(1)}; they belong to different bases."
                );
            }
        }
    }
}
