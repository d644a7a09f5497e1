using System.Text.Json.Nodes;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class StratifiedSplitTests
{
    private static readonly JsonNode golden = JsonNode.Parse(File.ReadAllText(Golden.PathOf("splits", "stratified.json")))!;

    [Fact]
    public void Permutations_are_those_of_NumPy() =>
        Assert.Equal(Numbers(golden["permutation_of_20_seed_42"]!), new NumpyRandom(42).NextPermutation(20));

    [Fact]
    public void Both_sides_are_those_of_scikit_learn() =>
        Assert.All(
            golden["cases"]!.AsArray(),
            one =>
            {
                var split = StratifiedSplit.Of(Numbers(one!["labels"]!), (double)one["test_share"]!, (uint)one["seed"]!, "golden");
                Assert.Equal(Numbers(one["train"]!), split.Side(isTest: false));
                Assert.Equal(Numbers(one["test"]!), split.Side(isTest: true));
            }
        );

    [Fact]
    public void Ten_thousand_pictures_are_divided_as_published()
    {
        var ham = golden["ham_sorted_by_class"]!;
        int[] labels = [.. Numbers(ham["counts"]!).Index().SelectMany(count => Enumerable.Repeat(count.Index, count.Item))];
        var split = StratifiedSplit.Of(labels, 0.2, 42, "golden");
        Assert.Equal(
            Numbers(ham["train_counts"]!),
            split.Side(isTest: false).CountBy(index => labels[index]).OrderBy(pair => pair.Key).Select(pair => pair.Value)
        );
        Assert.Equal(2003, split.Side(isTest: true).Count);
        Assert.Equal(Numbers(ham["first_test"]!), split.Side(isTest: true).Take(50));
        Assert.Equal((int)ham["test_sum"]!, split.Side(isTest: true).Sum());
    }

    [Fact]
    public void Classes_too_small_to_divide_are_refused()
    {
        Assert.Throws<DataSetException>(() => StratifiedSplit.Of([0, 0, 0, 0, 0, 1], 0.5, 42, "few"));
        Assert.Throws<DataSetException>(() => StratifiedSplit.Of([0, 0, 1, 1, 2, 2], 0.2, 42, "few"));
    }

    private static int[] Numbers(JsonNode list) => [.. list.AsArray().Select(number => (int)number!)];
}
