using System.Globalization;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Studies;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What a study found.</summary>
internal sealed record StudyTableResult : ICommandResult
{
    private const string PlusMinus = "±";

    public required string Name { get; init; }

    public required string Output { get; init; }

    public required int Runs { get; init; }

    public required StudyTable Table { get; init; }

    public IEnumerable<Block> ToBlocks() =>
        [
            .. Grids(),
            new Paragraph(
                $"\n{Runs} runs; figures are means {PlusMinus} sample deviations over seeds. Reports: {string.Join(", ", StudyReport.In(Output))}"
            ),
        ];

    /// <summary>The tables: what the ensembles are worth, how they take what is unfamiliar or worse, and what they cost.</summary>
    public IEnumerable<Grid> Grids()
    {
        string[] quality =
        [
            StudyFigures.Accuracy,
            StudyFigures.MacroF1,
            StudyFigures.Nll,
            StudyFigures.Brier,
            StudyFigures.Ece,
            StudyFigures.EceMeanLogit,
        ];
        string[] inside =
        [
            StudyFigures.MemberAccuracy,
            StudyFigures.MutualInformation,
            StudyFigures.Disagreement,
            StudyFigures.Temperature,
            StudyFigures.CalibratedNll,
            StudyFigures.CalibratedEce,
        ];
        string[] cost =
        [
            StudyFigures.TrainedParameters,
            StudyFigures.StoredMegabytes,
            StudyFigures.TrainingSeconds,
            StudyFigures.PredictionMilliseconds,
            StudyFigures.PeakMegabytes,
        ];
        string[] others = [.. Table.Rows.SelectMany(row => row.Figures.Keys).Distinct().Except([.. quality, .. inside, .. cost])];
        yield return Grid(Name, quality);
        yield return Grid("Members and temperature", inside);
        string[] outside = [.. others.Where(IsOutside)];
        if (outside.Length > 0)
        {
            yield return Grid("Unfamiliar inputs, told apart by predictive entropy", outside);
        }

        foreach (var figure in new[] { StudyFigures.Accuracy, StudyFigures.Nll, StudyFigures.Ece })
        {
            string[] shift = [.. others.Where(name => !IsOutside(name) && name.StartsWith($"{figure} ", StringComparison.Ordinal))];
            if (shift.Length > 0)
            {
                yield return Grid($"{figure} on worse examples", shift, name => name[(figure.Length + 1)..]);
            }
        }

        yield return Grid("Cost", cost);
    }

    public IEnumerable<string> ToQuietLines() => StudyReport.In(Output);

    private static bool IsOutside(string name) =>
        new[] { StudyFigures.Auroc, StudyFigures.Auprc, StudyFigures.Fpr95 }.Any(figure =>
            name.StartsWith($"{figure} ", StringComparison.Ordinal)
        );

    private Grid Grid(string title, IReadOnlyList<string> figures, Func<string, string>? shown = null)
    {
        string[] present = [.. figures.Where(name => Table.Rows.Any(row => row.Figures.ContainsKey(name)))];
        return new Grid(
            title,
            [
                new Column("system"),
                new Column("members", IsNumber: true),
                new Column("rank", IsNumber: true),
                new Column("seeds", IsNumber: true),
                .. present.Select(name => new Column(shown?.Invoke(name) ?? name, IsNumber: true)),
            ],
            [
                .. Table.Rows.Select(row =>
                    (IReadOnlyList<string>)
                        [
                            row.System,
                            $"{row.Members}",
                            row.Rank is { } rank ? $"{rank}" : "–",
                            $"{row.Seeds}",
                            .. present.Select(name => row.Figures.TryGetValue(name, out var figure) ? Shown(name, figure) : "–"),
                        ]
                ),
            ]
        );
    }

    private static string Shown(string name, StudyFigure figure)
    {
        var digits =
            name == StudyFigures.TrainedParameters ? "N0"
            : name
                is StudyFigures.StoredMegabytes
                    or StudyFigures.TrainingSeconds
                    or StudyFigures.PredictionMilliseconds
                    or StudyFigures.PeakMegabytes
                ? "0.0"
            : "0.0000";
        string Words(double value) => value.ToString(digits, CultureInfo.InvariantCulture);
        return figure.Deviation is { } deviation && Words(deviation) != Words(0)
            ? $"{Words(figure.Mean)} {PlusMinus} {Words(deviation)}"
            : Words(figure.Mean);
    }
}
