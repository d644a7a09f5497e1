using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Calibration under shift, as people see it.</summary>
internal static class ShiftFact
{
    /// <summary>Predicts the examples under every corruption, one after the other.</summary>
    /// <param name="clean">Predictions on the examples as they are.</param>
    /// <param name="aggregation">How members become one distribution.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="corruptions">What is done to them; one or more.</param>
    /// <param name="predict">Predicts a set with its labels.</param>
    public static ShiftReport Measure(
        Predictions clean,
        Aggregation aggregation,
        LabeledExamples examples,
        IEnumerable<Corruption> corruptions,
        Func<LabeledExamples, Predictions> predict
    ) =>
        new()
        {
            Clean = ShiftPoint.Of("", 0, clean, aggregation),
            Corrupted =
            [
                .. corruptions.Select(corruption =>
                    ShiftPoint.Of(
                        Corruption.WordOf(corruption.Kind),
                        corruption.Severity,
                        predict(examples.Corrupted(corruption)),
                        aggregation
                    )
                ),
            ],
        };

    /// <summary>One row per corruption and severity, then the means over corruptions.</summary>
    public static Grid Table(ShiftReport shift) =>
        new(
            "Calibration under shift",
            [
                new Column("corruption"),
                new Column("severity", IsNumber: true),
                new Column("accuracy", IsNumber: true),
                new Column("NLL", IsNumber: true),
                new Column("ECE 15", IsNumber: true),
                new Column("entropy", IsNumber: true),
                new Column("mutual information", IsNumber: true),
            ],
            [Row("none", shift.Clean), .. shift.Corrupted.Select(point => Row(point.Corruption, point)), .. Means(shift)]
        );

    private static IEnumerable<IReadOnlyList<string>> Means(ShiftReport shift) =>
        shift.Corrupted.Select(point => point.Corruption).Distinct().Count() < 2
            ? []
            : Enumerable.Range(1, Corruption.Severities).Select(shift.MeanAt).OfType<ShiftPoint>().Select(point => Row("mean", point));

    private static string[] Row(string name, ShiftPoint point) =>
        [
            name,
            $"{point.Severity}",
            Figures.Score(point.Accuracy),
            Figures.Score(point.NegativeLogLikelihood),
            Figures.Score(point.Ece15),
            Figures.Score(point.Entropy),
            Figures.Score(point.MutualInformation),
        ];
}
