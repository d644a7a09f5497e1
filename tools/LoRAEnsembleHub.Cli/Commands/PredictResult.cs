using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>predict</c> found, image by image.</summary>
internal sealed record PredictResult : ITabularResult
{
    public required string Base { get; init; }

    public required string? Ensemble { get; init; }

    public required int Members { get; init; }

    public required Aggregation Aggregation { get; init; }

    /// <summary>[members].</summary>
    public required IReadOnlyList<double> Temperatures { get; init; }

    /// <summary>Data set and split, or null for pictures.</summary>
    public required string? Data { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required IReadOnlyList<ImagePrediction> Images { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks()
    {
        yield return PredictionTable.Of(null, Images);
        foreach (var image in Images.Where(image => image.MemberPredictions is not null))
        {
            yield return MemberTable(image);
        }

        if (Images.Any(image => image.IsCorrect is not null))
        {
            var right = Images.Count(image => image.IsCorrect == true);
            yield return new Paragraph($"\n{right} of {Images.Count} right ({Figures.Percent((double)right / Images.Count)}).");
        }
    }

    public IEnumerable<string> ToQuietLines() => Images.Select(image => image.Label);

    public IEnumerable<IReadOnlyList<string>> ToRows() =>
        [
            [
                "image",
                "true_label",
                "label",
                "probability",
                "predictive_entropy",
                "mean_member_entropy",
                "mutual_information",
                "votes",
                .. Labels.Select(label => $"probability:{label}"),
            ],
            .. Images.Select(image =>
                new[]
                {
                    image.Image,
                    image.TrueLabel ?? "",
                    image.Label,
                    Figures.Raw(image.Probability),
                    Figures.Raw(image.PredictiveEntropy),
                    Figures.Raw(image.MeanMemberEntropy),
                    Figures.Raw(image.MutualInformation),
                    string.Join("; ", image.Votes.Select(vote => $"{vote.Count} {vote.Label}")),
                }
                    .Concat(image.Probabilities.Select(Figures.Raw))
                    .ToArray()
            ),
        ];

    private static Grid MemberTable(ImagePrediction image) =>
        new(
            image.Image,
            [new Column("member"), new Column("label"), new Column("probability", IsNumber: true)],
            [.. image.MemberPredictions!.Select(member => new[] { $"{member.Member:00}", member.Label, Figures.Short(member.Probability) })]
        );
}
