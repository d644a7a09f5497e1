using LoRAEnsembleHub.Cli.Pictures;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Pictures with what the ensemble says of them, as a part of an HTML page.</summary>
internal static class PictureSection
{
    /// <summary>Makes the part.</summary>
    /// <param name="heading">Its heading.</param>
    /// <param name="paragraph">What is shown.</param>
    /// <param name="images">The set that the indices count in.</param>
    /// <param name="shown">Index and prediction of each picture.</param>
    public static HtmlSection Of(
        string heading,
        string paragraph,
        LabeledImages images,
        IEnumerable<(int Index, ImagePrediction Prediction)> shown
    ) =>
        new()
        {
            Heading = heading,
            Paragraphs = [paragraph],
            Columns = ["true", "predicted", "probability", "entropy (nats)", "mutual information (nats)", "votes"],
            Rows =
            [
                .. shown.Select(picture => new HtmlRow
                {
                    Png = Thumbnail.Png(images.Read(picture.Index)),
                    Cells =
                    [
                        picture.Prediction.TrueLabel ?? "",
                        picture.Prediction.Label + (picture.Prediction.IsCorrect == false ? " ✗" : ""),
                        Figures.Short(picture.Prediction.Probability),
                        Figures.Short(picture.Prediction.PredictiveEntropy),
                        Figures.Short(picture.Prediction.MutualInformation),
                        picture.Prediction.VotesInWords(),
                    ],
                }),
            ],
        };
}
