namespace LoRAEnsembleHub.Evaluation;

/// <summary>How well a score tells examples inside the training distribution from those outside; inside should score high.</summary>
/// <param name="Auroc">Area under the ROC curve; 0.5 is a coin toss, 1 perfect.</param>
/// <param name="AveragePrecision">Area under the precision-recall curve with the inside as positives.</param>
/// <param name="AveragePrecisionOutside">The same with the outside as positives and the score negated.</param>
/// <param name="FalsePositiveRate95">Share of the outside that passes when 95 % of the inside do; lower is better.</param>
public sealed record Separation(double Auroc, double AveragePrecision, double AveragePrecisionOutside, double FalsePositiveRate95)
{
    /// <summary>Computes all four.</summary>
    /// <param name="inside">Scores of examples like the training data; no NaN.</param>
    /// <param name="outside">Scores of other examples; no NaN.</param>
    /// <exception cref="ArgumentException">A side is empty or holds NaN.</exception>
    public static Separation Of(IReadOnlyList<double> inside, IReadOnlyList<double> outside) =>
        new(
            Evaluation.Auroc.Of(inside, outside),
            Evaluation.AveragePrecision.Of(inside, outside),
            Evaluation.AveragePrecision.Of([.. outside.Select(score => -score)], [.. inside.Select(score => -score)]),
            FalsePositiveRate.Of(inside, outside)
        );
}
