using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Examples with what the ensemble says of them, as a part of an HTML page.</summary>
internal static class ExampleSection
{
    private const int LongestEdge = 144;

    private static readonly string[] figures = ["true", "predicted", "probability", "entropy (nats)", "mutual information (nats)", "votes"];

    /// <summary>Makes the part.</summary>
    /// <param name="heading">Its heading.</param>
    /// <param name="paragraph">What is shown.</param>
    /// <param name="examples">The set that the indices count in.</param>
    /// <param name="shown">Index and prediction of each example.</param>
    public static HtmlSection Of(
        string heading,
        string paragraph,
        LabeledExamples examples,
        IEnumerable<(int Index, ShownPrediction Prediction)> shown
    )
    {
        var rows = shown.ToArray();
        var isText = rows.Any(row => row.Prediction.Text is not null);
        return new HtmlSection
        {
            Heading = heading,
            Paragraphs = [paragraph],
            Columns = isText ? ["text", .. figures] : figures,
            Rows =
            [
                .. rows.Select(row => new HtmlRow
                {
                    Png = examples.Picture(row.Index) is { } picture ? ImageEncoder.Png(picture, LongestEdge) : ReadOnlyMemory<byte>.Empty,
                    Cells = isText ? [row.Prediction.Text ?? "", .. Cells(row.Prediction)] : Cells(row.Prediction),
                }),
            ],
        };
    }

    private static string[] Cells(ShownPrediction prediction) =>
        [
            prediction.TrueLabel ?? "",
            prediction.Label + (prediction.IsCorrect == false ? " ✗" : ""),
            Figures.Short(prediction.Probability),
            Figures.Short(prediction.PredictiveEntropy),
            Figures.Short(prediction.MutualInformation),
            prediction.VotesInWords(),
        ];
}
