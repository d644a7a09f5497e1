using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>Picks the pictures to show: some of the sure kind, and the ones that are hard.</summary>
internal static class PictureChoice
{
    private const int Plain = 4;
    private const int Doubtful = 2;
    private const int Wrong = 2;

    /// <summary>What is shown, in words.</summary>
    public const string InWords = "four as they come, the two that members disagree about most, and the first two others that are wrong";

    /// <summary>Indices into the predictions, in that order.</summary>
    public static IReadOnlyList<int> Of(Predictions predictions, Aggregation aggregation)
    {
        var together = predictions.Aggregate(aggregation);
        var uncertainty = Uncertainty.Of(predictions);
        var all = Enumerable.Range(0, predictions.Examples).ToArray();
        var chosen = all.Take(Plain).ToList();
        chosen.AddRange(all.Except(chosen).OrderByDescending(index => uncertainty.MutualInformation[index]).Take(Doubtful).ToArray());
        chosen.AddRange(all.Except(chosen).Where(index => together.Label(index) != predictions.Labels![index]).Take(Wrong).ToArray());
        return chosen;
    }
}
