using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>predict</c> found, input by input.</summary>
internal sealed record PredictResult : ITabularResult
{
    public required string? Base { get; init; }

    public required string? Ensemble { get; init; }

    public required int Members { get; init; }

    public required Aggregation Aggregation { get; init; }

    /// <summary>[members].</summary>
    public required IReadOnlyList<double> Temperatures { get; init; }

    /// <summary>Data set and split, or null for inputs given one by one.</summary>
    public required string? Data { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required IReadOnlyList<ShownPrediction> Predictions { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks()
    {
        yield return PredictionTable.Of(null, Predictions);
        foreach (var one in Predictions.Where(one => one.MemberPredictions is not null))
        {
            yield return MemberTable(one);
        }

        if (IsAdaptive)
        {
            var mean = Predictions.Average(one => one.MembersUsed!.Value);
            yield return new Paragraph($"\n{Figures.Short(mean)} of {Members} members were needed on average.");
        }

        if (Predictions.Any(one => one.IsCorrect is not null))
        {
            var right = Predictions.Count(one => one.IsCorrect == true);
            yield return new Paragraph($"\n{right} of {Predictions.Count} right ({Figures.Percent((double)right / Predictions.Count)}).");
        }
    }

    public IEnumerable<string> ToQuietLines() => Predictions.Select(one => one.Label);

    public IEnumerable<IReadOnlyList<string>> ToRows() =>
        [
            [
                "input",
                "true_label",
                "label",
                "probability",
                "predictive_entropy",
                "mean_member_entropy",
                "mutual_information",
                "votes",
                .. IsAdaptive ? ["members_used"] : Array.Empty<string>(),
                .. Labels.Select(label => $"probability:{label}"),
            ],
            .. Predictions.Select(one =>
                new[]
                {
                    one.Input,
                    one.TrueLabel ?? "",
                    one.Label,
                    Figures.Raw(one.Probability),
                    Figures.Raw(one.PredictiveEntropy),
                    Figures.Raw(one.MeanMemberEntropy),
                    Figures.Raw(one.MutualInformation),
                    string.Join("; ", one.Votes.Select(vote => $"{vote.Count} {vote.Label}")),
                }
                    .Concat(IsAdaptive ? [$"{one.MembersUsed}"] : Array.Empty<string>())
                    .Concat(one.Probabilities.Select(Figures.Raw))
                    .ToArray()
            ),
        ];

    private bool IsAdaptive => Predictions.Any(one => one.MembersUsed is not null);

    private static Grid MemberTable(ShownPrediction one) =>
        new(
            one.Input,
            [new Column("member"), new Column("label"), new Column("probability", IsNumber: true)],
            [.. one.MemberPredictions!.Select(member => new[] { $"{member.Member:00}", member.Label, Figures.Short(member.Probability) })]
        );
}
