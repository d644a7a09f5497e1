using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The ensemble that was made of another one's members.</summary>
internal sealed record MembersResult : ICommandResult
{
    public required string Ensemble { get; init; }

    public required string Output { get; init; }

    public required int Members { get; init; }

    /// <summary>The highest rank of any update; null for whole networks.</summary>
    public required int? Rank { get; init; }

    public required long Parameters { get; init; }

    /// <summary>What was done, in order.</summary>
    public required IReadOnlyList<string> Changes { get; init; }

    /// <summary>The largest ‖difference‖ / ‖update‖ of a lowered rank, or null where none was lowered.</summary>
    public required double? LargestError { get; init; }

    public required IReadOnlyList<double> Temperatures { get; init; }

    /// <summary>Scores of the old ensemble, or null where nothing was measured.</summary>
    public required EvaluationScores? Before { get; init; }

    /// <summary>Scores of the new one.</summary>
    public required EvaluationScores? After { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Facts([
            ("ensemble", Output),
            ("made of", Ensemble),
            ("changes", Changes.Count > 0 ? string.Join("; ", Changes) : "none but the writing"),
            ("members", $"{Members}"),
            ("highest rank", Rank is { } rank ? $"{rank}" : null),
            ("numbers", Figures.Count(Parameters)),
            ("largest error", LargestError is { } error ? Figures.Percent(error) + " of an update" : null),
            ("temperature", Temperatures.All(one => one == 1) ? null : string.Join(", ", Temperatures.Distinct().Select(Figures.Score))),
        ]);
        if (Before is not null && After is not null)
        {
            yield return new Grid(
                "Effect",
                [
                    new Column(""),
                    new Column("accuracy", IsNumber: true),
                    new Column("NLL", IsNumber: true),
                    new Column("Brier", IsNumber: true),
                    new Column("ECE 10", IsNumber: true),
                ],
                [Row("before", Before), Row("after", After)]
            );
        }
    }

    public IEnumerable<string> ToQuietLines() => [Output];

    private static string[] Row(string name, EvaluationScores scores) =>
        [
            name,
            Figures.Score(scores.Accuracy),
            Figures.Score(scores.NegativeLogLikelihood),
            Figures.Score(scores.Brier),
            Figures.Score(scores.Ece10),
        ];
}
