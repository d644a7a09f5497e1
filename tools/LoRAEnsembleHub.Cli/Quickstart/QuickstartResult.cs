using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>What the quickstart showed.</summary>
internal sealed record QuickstartResult : ICommandResult
{
    /// <summary>How everything came here.</summary>
    public required PullFacts Pulled { get; init; }

    /// <summary>The base's folder.</summary>
    public required string Base { get; init; }

    public required LoadFact Load { get; init; }

    public required AttachFact Ensemble { get; init; }

    /// <summary>Data set and split that the ensemble was trained for.</summary>
    public required string Data { get; init; }

    public required IReadOnlyList<ShownPrediction> Images { get; init; }

    public required OutsideFact Unfamiliar { get; init; }

    public required IReadOnlyList<ShownPrediction> UnfamiliarImages { get; init; }

    public required SwapFact Swap { get; init; }

    public required string SwappedData { get; init; }

    public required IReadOnlyList<ShownPrediction> SwappedImages { get; init; }

    public required EvaluationSummary Summary { get; init; }

    public required EvaluationSummary SwappedSummary { get; init; }

    /// <summary>Other kinds of input.</summary>
    public required IReadOnlyList<OtherKindFact> Others { get; init; }

    /// <summary>What would have been shown and is not there.</summary>
    public required IReadOnlyList<string> Absent { get; init; }

    public required Aggregation Aggregation { get; init; }

    /// <summary>The HTML page.</summary>
    public required string Report { get; init; }

    public required double Seconds { get; init; }

    /// <summary>How familiar and unfamiliar inputs differ.</summary>
    public string InOneSentence()
    {
        var auroc = Unfamiliar.Separation.MutualInformation.Auroc;
        return $"On {Data} the members disagree by {Figures.Short(Unfamiliar.FamiliarMutualInformation)} nats on average "
            + $"(entropy {Figures.Short(Unfamiliar.FamiliarEntropy)}), on {Unfamiliar.Data}, which they never saw, by "
            + $"{Figures.Short(Unfamiliar.UnfamiliarMutualInformation)} (entropy {Figures.Short(Unfamiliar.UnfamiliarEntropy)}): "
            + $"an unfamiliar picture causes more disagreement than a familiar one in {Figures.Percent(auroc)} of all pairs (AUROC {Figures.Short(auroc)}).";
    }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Paragraph("1  Pulled from a hub", Tone.Heading),
            Pulled.ToGrid(),
            new Paragraph($"\n{Pulled.InWords()}"),
            new Paragraph("2  One frozen base, one ensemble of adapters on it", Tone.Heading),
            new Facts([("base", $"{RepositoryFolder.Of(Base).RepoId}, {Load.InWords()}"), ("ensemble", Ensemble.InWords())]),
            new Paragraph($"3  {Data}: {PictureChoice.InWords}", Tone.Heading),
            PredictionTable.Of(null, Images),
            new Paragraph("4  Pictures of a kind that the ensemble never saw", Tone.Heading),
            PredictionTable.Of(null, UnfamiliarImages),
            new Paragraph($"\n{InOneSentence()}", Tone.Good),
            new Paragraph("5  Another ensemble on the same base", Tone.Heading),
            new Paragraph(Swap.InWords()),
            PredictionTable.Of(null, SwappedImages),
            .. Others.SelectMany((other, index) => Blocks(other, index + 6)),
            .. Absent.Select(lack => new Paragraph($"\n{lack}")),
            new Paragraph($"{Others.Count + 6}  Measured", Tone.Heading),
            Scores(),
            new Paragraph($"\nReport: {Report} ({Figures.Short(Seconds)} s in all)"),
        ];

    public IEnumerable<string> ToQuietLines() => [Report];

    private static IEnumerable<Block> Blocks(OtherKindFact other, int number)
    {
        yield return new Paragraph($"{number}  {other.Data}: {other.Inputs}, {other.InWords()}", Tone.Heading);
        yield return PredictionTable.Of(null, other.Examples);
        if (other.OutsideInWords() is { } words)
        {
            yield return new Paragraph($"\n{other.Outside!.Data}, {other.Inputs} of another kind:");
            yield return PredictionTable.Of(null, other.Strangers);
            yield return new Paragraph($"\n{words}", Tone.Good);
        }
    }

    private Grid Scores()
    {
        static string[] Row(string name, int examples, EvaluationScores scores) =>
            [
                name,
                Figures.Count(examples),
                Figures.Percent(scores.Accuracy),
                Figures.Score(scores.NegativeLogLikelihood),
                Figures.Score(scores.Brier),
                Figures.Score(scores.Ece10),
            ];
        static string[][] Rows(string data, EvaluationSummary summary, Aggregation aggregation) =>
            [
                Row(
                    $"{data}, ensemble",
                    summary.Examples,
                    aggregation == Aggregation.MeanLogit ? summary.MeanLogit : summary.MeanProbability
                ),
                Row($"{data}, mean of members", summary.Examples, summary.MeanOfMembers),
            ];
        return new Grid(
            null,
            [
                new Column(""),
                new Column("examples", IsNumber: true),
                new Column("accuracy", IsNumber: true),
                new Column("NLL", IsNumber: true),
                new Column("Brier", IsNumber: true),
                new Column("ECE", IsNumber: true),
            ],
            [
                .. Rows(Data, Summary, Aggregation),
                .. Rows(SwappedData, SwappedSummary, Aggregation),
                .. Others.SelectMany(other => Rows(other.Data, other.Summary, other.Aggregation)),
            ]
        );
    }
}
