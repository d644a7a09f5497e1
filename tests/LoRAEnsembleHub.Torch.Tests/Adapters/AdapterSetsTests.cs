using LoRAEnsembleHub.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

/// <summary>Sets of members made out of others: what is not meant to change stays to the bit.</summary>
public sealed class AdapterSetsTests : IDisposable
{
    private readonly GoldenFamily family = new("vit-patterns"); // ranks and factors differ from site to site

    private AdapterSet Set => family.Set;

    public void Dispose() => family.Dispose();

    [Fact]
    public void Chosen_members_are_those_members_in_the_order_asked_for()
    {
        using var some = Set.Select(2, 0);
        Assert.Equal(["member-02", "member-00"], some.Members.Select(member => member.Name));
        AssertSameMember(Set, 2, some, 0);
        AssertSameMember(Set, 0, some, 1);
    }

    [Fact]
    public void All_members_joined_again_are_the_set()
    {
        using var first = Set.Select(0);
        using var rest = Set.Select(1, 2);
        using var whole = AdapterSets.Join("whole", first, rest);
        Assert.Equal(Set.Count, whole.Count);
        for (var member = 0; member < Set.Count; member++)
        {
            AssertSameMember(Set, member, whole, member);
        }
    }

    [Fact]
    public void Choosing_none_one_twice_or_one_that_is_not_there_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Set.Select());
        Assert.Throws<ArgumentException>(() => Set.Select(0, 0));
        Assert.Contains("3 members", Assert.Throws<ArgumentException>(() => Set.Select(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sets_with_heads_for_other_classes_do_not_join()
    {
        using var other = new GoldenFamily("deit-r4");
        Assert.Throws<AdapterException>(() => AdapterSets.Join("both", Set, other.Set));
    }

    [Fact]
    public void The_average_has_the_mean_of_the_updates_and_of_the_heads_and_the_sum_of_the_ranks()
    {
        using var average = Set.Average();
        using var scope = NewDisposeScope();
        Assert.Equal(1, average.Count);
        foreach (var (name, factors) in Set.Sites)
        {
            var mean = stack(Enumerable.Range(0, Set.Count).Select(factors.Update)).mean([0]);
            Assert.Equal(factors.Ranks.Sum(), average.Sites[name].Ranks[0]);
            Assert.True(mean.allclose(average.Sites[name].Update(0), rtol: 0, atol: 1e-6), name);
        }

        Assert.All(Set.Head, entry => Assert.True(entry.Value.mean([0]).allclose(average.Head[entry.Key][0], rtol: 0, atol: 1e-7)));
    }

    [Fact]
    public void A_rank_that_holds_the_update_changes_nothing()
    {
        using var same = Set.Truncate(Set.Rank, out var error);
        Assert.Equal(0, error);
        for (var member = 0; member < Set.Count; member++)
        {
            AssertSameMember(Set, member, same, member);
        }
    }

    [Fact]
    public void An_average_lowered_to_the_rank_it_needs_is_the_same_update()
    {
        // three copies of a member: the average has thrice the rank, and needs a third of it
        using var one = Set.Select(1);
        using var thrice = AdapterSets.Join("thrice", one, one, one);
        using var average = thrice.Average();
        using var low = average.Truncate(one.Rank, out var error);
        using var scope = NewDisposeScope();
        Assert.InRange(error, 0, 1e-6);
        Assert.Equal(one.Rank, low.Rank);
        Assert.All(
            one.Sites,
            site => Assert.True(site.Value.Update(0).allclose(low.Sites[site.Key].Update(0), rtol: 0, atol: 1e-5), site.Key)
        );
    }

    [Fact]
    public void A_rank_above_the_shorter_side_of_a_projection_loses_nothing_and_ends_at_that_side()
    {
        var many = Enumerable.Range(0, 48).Select(index => index % Set.Count).Select(member => Set.Select(member)).ToArray();
        using var joined = AdapterSets.Join("many", many);
        using var average = joined.Average();
        var side = average.Sites.Values.Min(factors => Math.Min(factors.Down.size(2), factors.Up.size(1)));
        Assert.True(average.Rank > side + 1);
        using var low = average.Truncate((int)side + 1, out var error);
        using var scope = NewDisposeScope();
        Assert.InRange(error, 0, 1e-6);
        Assert.Equal(side, low.Rank);
        Assert.All(
            average.Sites,
            site => Assert.True(site.Value.Update(0).allclose(low.Sites[site.Key].Update(0), rtol: 0, atol: 1e-5), site.Key)
        );
        Assert.All(many, set => set.Dispose());
    }

    [Fact]
    public void An_update_that_would_overflow_is_not_merged()
    {
        using var scope = NewDisposeScope();
        using var average = Set.Average();
        foreach (var factors in average.Sites.Values)
        {
            factors.Up.mul_(1e30f);
            factors.Down.mul_(1e30f);
        }

        Assert.Contains(
            "beyond the range",
            Assert.Throws<AdapterException>(() => family.Model.Merge(average, 0)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_lower_rank_loses_what_its_singular_values_say()
    {
        using var low = Set.Truncate(1, out var error);
        using var scope = NewDisposeScope();
        var largest = 0.0;
        foreach (var (name, factors) in Set.Sites)
        {
            for (var member = 0; member < Set.Count; member++)
            {
                var values = linalg.svdvals(factors.Update(member).to(ScalarType.Float64)).square();
                var expected = Math.Sqrt(1 - (values[0] / values.sum()).item<double>());
                var difference = (factors.Update(member) - low.Sites[name].Update(member)).norm() / factors.Update(member).norm();
                Assert.Equal(expected, difference.item<float>(), 1e-5);
                largest = Math.Max(largest, expected);
            }
        }

        Assert.Equal(largest, error, 5);
    }

    [Fact]
    public void Rounded_members_hold_exactly_what_will_be_written()
    {
        using var rounded = Set.Round(ScalarType.BFloat16);
        Assert.All(rounded.Members, member => Assert.Equal(ScalarType.BFloat16, member.Stored));
        foreach (var (name, factors) in rounded.Sites)
        {
            Assert.True(factors.Down.bytes.SequenceEqual(Set.Sites[name].Down.to(ScalarType.BFloat16).to(ScalarType.Float32).bytes));
        }
    }

    [Fact]
    public void Numbers_beyond_half_precision_are_refused()
    {
        using var one = Set.Select(0);
        one.Head.Values.First().fill_(1e6);
        Assert.Contains("bf16", Assert.Throws<AdapterException>(() => one.Round(ScalarType.Float16)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Permuted_classes_permute_the_logits()
    {
        int[] order = [6, 0, 5, 1, 4, 2, 3];
        using var permuted = Set.Permute(order, family.Model.Catalogue);
        foreach (var (name, head) in Set.Head)
        {
            for (var place = 0; place < order.Length; place++)
            {
                Assert.True(head.select(1, order[place]).equal(permuted.Head[name].select(1, place)).all().item<bool>(), name);
            }
        }
    }

    [Fact]
    public void Nothing_but_the_result_is_left_in_memory()
    {
        Set.Select(0).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (
            var made in new[]
            {
                Set.Select(1),
                Set.Average(),
                Set.Truncate(1, out _),
                Set.Round(ScalarType.Float16),
                AdapterSets.Join("b", Set, Set),
            }
        )
        {
            made.Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void AssertSameMember(AdapterSet expected, int member, AdapterSet found, int place)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, factors) in expected.Sites.Where(site => site.Value.Ranks[member] > 0))
        {
            var (wanted, got) = (factors.Member(member), found.Sites[name].Member(place));
            Assert.True(wanted.Down.contiguous().bytes.SequenceEqual(got.Down.contiguous().bytes), name);
            Assert.True(wanted.Up.contiguous().bytes.SequenceEqual(got.Up.contiguous().bytes), name);
            Assert.Equal(factors.Scales[member], found.Sites[name].Scales[place]);
        }

        Assert.All(expected.Head, entry => Assert.True(entry.Value[member].bytes.SequenceEqual(found.Head[entry.Key][place].bytes)));
    }
}
