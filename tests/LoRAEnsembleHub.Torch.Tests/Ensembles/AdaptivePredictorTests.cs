using CsCheck;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.Adapters;
using TorchSharp;

namespace LoRAEnsembleHub.Torch.Tests.Ensembles;

public sealed class AdaptivePredictorTests
{
    private static readonly Gen<double[]> distribution = Gen.Double[0.001, 1]
        .Array[4]
        .Select(row => row.Select(x => x / row.Sum()).ToArray());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_decided_no_members_that_follow_can_change() =>
        Gen.Select(distribution.Array[1, 12], distribution.Array[0, 6], Gen.Int[0, 3])
            .Sample(
                (before, after, rival) =>
                {
                    var mean = new RunningMean(4);
                    before.ToList().ForEach(row => mean.Add(row));
                    if (!mean.IsDecided(after.Length))
                    {
                        return true;
                    }

                    // whatever the others say, and even if all of them are certain of another class
                    var certain = Enumerable.Repeat(
                        Enumerable.Range(0, 4).Select(label => label == rival ? 1.0 : 0.0).ToArray(),
                        after.Length
                    );
                    return Best(before) == Best([.. before, .. after]) && Best(before) == Best([.. before, .. certain]);
                },
                iter: 3000
            );

    [Theory]
    [InlineData(0.9, 0.1, 1, false)] // 0.8 ahead, and one member can take 1 away
    [InlineData(1.0, 0.0, 0, true)]
    [InlineData(0.5, 0.5, 0, false)]
    public void The_bound_is_the_number_of_members_left(double first, double second, int left, bool isDecided)
    {
        var mean = new RunningMean(2);
        mean.Add([first, second]);
        Assert.Equal(isDecided, mean.IsDecided(left));
    }

    [Fact]
    public void A_mean_has_moved_by_the_largest_change_of_a_class_since_the_last_look()
    {
        var mean = new RunningMean(2);
        mean.Add([0.5, 0.5]);
        Assert.Equal(1, mean.Moved());
        mean.Add([0.9, 0.1]);
        Assert.Equal(0.2, mean.Moved(), 12);
        mean.Add([0.7, 0.3]);
        Assert.Equal(0, mean.Moved(), 12);
    }

    [Theory]
    [MemberData(nameof(FamilyInvariants.Families), MemberType = typeof(FamilyInvariants))]
    public void Members_that_answered_say_what_they_say_among_all_and_labels_are_the_same(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        var examples = new GoldenExamples(family);
        var all = Predictor.Predict(family.Model, examples, withLabels: false, cancellationToken: Token);
        var found = AdaptivePredictor.Predict(
            family.Model,
            examples,
            new AdaptiveOptions { Step = 1 },
            batchSize: 2,
            cancellationToken: Token
        );
        AssertPrefixes(all, found);
        for (var example = 0; example < all.Examples; example++)
        {
            var (group, index) = found.Of(example);
            Assert.Equal(
                all.Aggregate(Aggregation.MeanProbability).Label(example),
                group.Aggregate(Aggregation.MeanProbability).Label(index)
            );
        }
    }

    [Fact]
    public void The_tolerance_says_how_many_members_are_computed()
    {
        using var family = new GoldenFamily("vit-r4");
        family.Model.Attach(family.Set);
        var examples = new GoldenExamples(family);
        var all = Predictor.Predict(family.Model, examples, withLabels: false, cancellationToken: Token);
        IReadOnlyList<int> Used(double? tolerance, int step)
        {
            var found = AdaptivePredictor.Predict(
                family.Model,
                examples,
                new AdaptiveOptions { Tolerance = tolerance, Step = step },
                cancellationToken: Token
            );
            AssertPrefixes(all, found);
            return found.MembersUsed;
        }

        Assert.All(Used(1e-12, 1), used => Assert.Equal(family.Set.Count, used));
        Assert.All(Used(0.999, 1), used => Assert.Equal(2, used));
        Assert.All(Used(null, 100), used => Assert.Equal(family.Set.Count, used));
    }

    [Theory]
    [InlineData(1e-6, 3)] // three of five that are sure of the same cannot be outvoted
    [InlineData(1e6, 5)]
    public void Sure_members_are_few_and_unsure_ones_are_all_needed(double temperature, int needed)
    {
        using var family = new GoldenFamily("vit-r4");
        using var alike = family.Read(0, 0, 0, 0, 0);
        family.Model.Attach(alike);
        double[] temperatures = [.. Enumerable.Repeat(temperature, alike.Count)];
        var options = new AdaptiveOptions { Step = 1 };
        var found = AdaptivePredictor.Predict(family.Model, new GoldenExamples(family), options, temperatures, cancellationToken: Token);
        Assert.All(found.MembersUsed, used => Assert.Equal(needed, used));
    }

    [Fact]
    public void A_base_alone_has_no_members_to_leave_out()
    {
        using var family = new GoldenFamily("vit-r4");
        var refusal = Assert.Throws<ModelException>(() =>
            AdaptivePredictor.Predict(family.Model, new GoldenExamples(family), new AdaptiveOptions(), cancellationToken: Token)
        );
        Assert.Contains("No members are attached", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(1.0, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0.1, 0)]
    public void Settings_out_of_range_are_refused(double tolerance, int step)
    {
        using var family = new GoldenFamily("vit-r4");
        var options = new AdaptiveOptions { Tolerance = tolerance, Step = step };
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            AdaptivePredictor.Predict(family.Model, new GoldenExamples(family), options, cancellationToken: Token)
        );
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, null)]
    [InlineData(1, 1)]
    public void Some_of_the_members_give_their_rows_of_all(int first, int? count)
    {
        using var family = new GoldenFamily("bert-r4");
        family.Model.Attach(family.Set);
        using var all = family.Run();
        using var some = family.Run(new ForwardOptions { FirstMember = first, MemberCount = count });
        Assert.True(some.Logits.allclose(all.Logits.narrow(0, first, count ?? (family.Set.Count - first)), rtol: 0, atol: 1e-6));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 99)]
    public void Members_that_are_not_there_are_refused(int first, int count)
    {
        using var family = new GoldenFamily("vit-r4");
        family.Model.Attach(family.Set);
        var options = new ForwardOptions { FirstMember = first, MemberCount = count };
        Assert.Contains("attached are 0 to", Assert.Throws<ModelException>(() => family.Run(options)).Message, StringComparison.Ordinal);
    }

    private static void AssertPrefixes(Predictions all, AdaptivePredictions found)
    {
        for (var example = 0; example < all.Examples; example++)
        {
            var (group, index) = found.Of(example);
            for (var member = 0; member < group.Members; member++)
            {
                foreach (var (expected, actual) in all.Logits(member, example).ToArray().Zip(group.Logits(member, index).ToArray()))
                {
                    Assert.Equal(expected, actual, 1e-4);
                }
            }
        }
    }

    private static int Best(IReadOnlyList<double[]> rows)
    {
        double[] sums = [.. Enumerable.Range(0, 4).Select(label => rows.Sum(row => row[label]))];
        return Array.IndexOf(sums, sums.Max());
    }

    /// <summary>The inputs of a golden case as examples.</summary>
    private sealed class GoldenExamples(GoldenFamily family) : LabeledExamples
    {
        public override string Name => "golden";

        public override int Count => (int)family.Inputs.Values.First().size(0);

        public override IReadOnlyList<string> ClassNames => [];

        public override int Label(int index) => -1;

        public override string Source(int index) => $"{Name}#{index}";

        public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
        {
            using var scope = torch.NewDisposeScope();
            var chosen = torch.tensor(indices.ToArray().Select(index => (long)index).ToArray());
            return
            [
                .. family.Inputs.Select<KeyValuePair<string, torch.Tensor>, InputArray>(input =>
                {
                    var rows = input.Value.index_select(0, chosen);
                    return rows.dtype == torch.ScalarType.Int64
                        ? new IndexArray(input.Key, rows.shape, rows.data<long>().ToArray())
                        : new NumberArray(input.Key, rows.shape, rows.data<float>().ToArray());
                }),
            ];
        }
    }
}
