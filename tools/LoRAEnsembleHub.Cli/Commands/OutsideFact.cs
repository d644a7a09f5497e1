using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>How an ensemble answers to unfamiliar inputs, against familiar ones.</summary>
internal sealed record OutsideFact
{
    /// <summary>Data set and split of the unfamiliar inputs.</summary>
    public required string Data { get; init; }

    public required int Examples { get; init; }

    public required double FamiliarMutualInformation { get; init; }

    public required double UnfamiliarMutualInformation { get; init; }

    public required double FamiliarEntropy { get; init; }

    public required double UnfamiliarEntropy { get; init; }

    public required OutOfDistribution Separation { get; init; }

    public static OutsideFact Of(string data, Predictions inside, Predictions outside)
    {
        var (near, far) = (Uncertainty.Of(inside), Uncertainty.Of(outside));
        return new OutsideFact
        {
            Data = data,
            Examples = outside.Examples,
            FamiliarMutualInformation = near.MutualInformation.Average(),
            UnfamiliarMutualInformation = far.MutualInformation.Average(),
            FamiliarEntropy = near.PredictiveEntropy.Average(),
            UnfamiliarEntropy = far.PredictiveEntropy.Average(),
            Separation = OutOfDistribution.Of(inside, outside),
        };
    }

    /// <summary>One row per score that is to tell the two apart.</summary>
    public Grid Table(string familiar) =>
        new(
            $"{familiar} against {Data} ({Figures.Count(Examples)} examples)",
            [
                new Column("told apart by"),
                new Column("AUROC", IsNumber: true),
                new Column("AUPRC", IsNumber: true),
                new Column("FPR at 95 % TPR", IsNumber: true),
            ],
            [
                Row("mutual information", Separation.MutualInformation),
                Row("predictive entropy", Separation.PredictiveEntropy),
                Row("largest mean probability", Separation.LargestProbability),
            ]
        );

    private static string[] Row(string name, Separation separation) =>
        [name, Figures.Score(separation.Auroc), Figures.Score(separation.AveragePrecision), Figures.Score(separation.FalsePositiveRate95)];
}
