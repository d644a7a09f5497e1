using System.Globalization;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Studies;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The charts of a study's page; those that the study has no figures for are missing.</summary>
internal static class StudyCharts
{
    private static readonly string[] underShift = [StudyFigures.Accuracy, StudyFigures.Nll, StudyFigures.Ece];

    /// <summary>Scores of every system, then against members, ranks and severities, then against what they cost.</summary>
    public static IEnumerable<HtmlSection> Of(StudyTable table)
    {
        string[] scores = [.. Headlines(table)];
        string[] names = [.. table.Rows.Select(row => NameOf(row, table))];
        yield return new HtmlSection
        {
            Heading = "Systems side by side",
            Charts = [.. scores.Select(score => Dots(table, names, score)).OfType<HtmlChart>()],
        };
        foreach (
            var section in new[]
            {
                Curves("members", table, scores, row => row.Members, row => row with { Members = 0 }),
                Curves("rank", table, scores, row => row.Rank, row => row with { Rank = 0 }),
            }.OfType<HtmlSection>()
        )
        {
            yield return section;
        }

        foreach (var section in Shift(table, names))
        {
            yield return section;
        }

        if (Cost(table, names) is { } cost)
        {
            yield return cost;
        }
    }

    /// <summary>A system, with what tells its rows apart where it has several.</summary>
    internal static string NameOf(StudyRow row, StudyTable table)
    {
        StudyRow[] own = [.. table.Rows.Where(other => other.System == row.System)];
        var members = own.DistinctBy(other => other.Members).Skip(1).Any() ? $", {row.Members} members" : "";
        var rank = row.Rank is { } size && own.DistinctBy(other => other.Rank).Skip(1).Any() ? $", rank {size}" : "";
        return row.System + members + rank;
    }

    private static IEnumerable<string> Headlines(StudyTable table) =>
        underShift.Concat(
            table
                .Rows.SelectMany(row => row.Figures.Keys)
                .Distinct()
                .Where(name => name.StartsWith($"{StudyFigures.Auroc} ", StringComparison.Ordinal))
        );

    private static DotChart? Dots(StudyTable table, string[] names, string score)
    {
        DotRow[] rows =
        [
            .. table
                .Rows.Zip(names)
                .Select(pair =>
                    pair.First.Figures.TryGetValue(score, out var figure)
                        ? new DotRow(pair.Second, figure.Mean, figure.Deviation ?? 0)
                        : new DotRow(pair.Second, double.NaN)
                ),
        ];
        return rows.All(row => double.IsNaN(row.Value))
            ? null
            : new DotChart
            {
                Title = Title(score),
                Caption = Reading(score),
                Rows = rows,
            };
    }

    /// <summary>Scores against a setting, for systems that were trained with several values of it; null where there are none.</summary>
    private static HtmlSection? Curves(
        string name,
        StudyTable table,
        string[] scores,
        Func<StudyRow, int?> setting,
        Func<StudyRow, StudyRow> without
    )
    {
        // the rest of a row's settings stays the same along a curve
        StudyTable rest = new([.. table.Rows.Select(without)]);
        (string Name, StudyRow[] Rows)[] curves =
        [
            .. table
                .Rows.Where(row => setting(row) is not null)
                .GroupBy(row => NameOf(without(row), rest))
                .Where(group => group.DistinctBy(setting).Skip(1).Any())
                .Select(group => (group.Key, group.OrderBy(setting).ToArray())),
        ];
        LineChart Chart(string score) =>
            new()
            {
                Title = Title(score),
                Caption = Reading(score),
                XName = name,
                HasWholeX = true,
                HasDots = true,
                Series =
                [
                    .. curves.Select(curve => new LineSeries(
                        curve.Name,
                        [
                            .. curve
                                .Rows.Where(row => row.Figures.ContainsKey(score))
                                .Select(row => Point(setting(row)!.Value, row.Figures[score])),
                        ]
                    )),
                ],
            };
        return curves.Length == 0
            ? null
            : new HtmlSection
            {
                Heading = $"Scores against {(name == "rank" ? "the rank" : "the number of members")}",
                Paragraphs = curves.Length == 1 ? [$"{curves[0].Name}."] : [],
                Legend = [.. curves.Select(curve => curve.Name)],
                Charts = [.. scores.Select(Chart)],
            };
    }

    private static IEnumerable<HtmlSection> Shift(StudyTable table, string[] names)
    {
        var prefix = $"{StudyFigures.Accuracy} ";
        var kinds = table
            .Rows.SelectMany(row => row.Figures.Keys)
            .Distinct()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..].Split(':'))
            .GroupBy(word => word[0], word => int.Parse(word[1], CultureInfo.InvariantCulture))
            .Where(kind => kind.Skip(1).Any());
        foreach (var kind in kinds)
        {
            int[] severities = [.. kind.Order()];
            LinePoint[] Points(StudyRow row, string score) =>
                [
                    .. severities
                        .Select(severity => (Severity: severity, Name: $"{score} {kind.Key}:{severity}"))
                        .Prepend((Severity: 0, Name: score))
                        .Where(place => row.Figures.ContainsKey(place.Name))
                        .Select(place => Point(place.Severity, row.Figures[place.Name])),
                ];
            yield return new HtmlSection
            {
                Heading = $"Worse and worse examples: {kind.Key}",
                Legend = names,
                Charts =
                [
                    .. underShift.Select(score => new LineChart
                    {
                        Title = Title(score),
                        Caption = Reading(score),
                        XName = "severity",
                        HasWholeX = true,
                        HasDots = true,
                        Series = [.. table.Rows.Zip(names).Select(pair => new LineSeries(pair.Second, Points(pair.First, score)))],
                    }),
                ],
            };
        }
    }

    private static HtmlSection? Cost(StudyTable table, string[] names)
    {
        LineChart? Chart(string cost, string words)
        {
            LineSeries[] series =
            [
                .. table
                    .Rows.Zip(names)
                    .Select(pair => new LineSeries(
                        pair.Second,
                        pair.First.Figures.TryGetValue(cost, out var spent)
                        && pair.First.Figures.TryGetValue(StudyFigures.Nll, out var score)
                            ? [new LinePoint(spent.Mean, score.Mean, score.Deviation ?? 0, spent.Deviation ?? 0)]
                            : []
                    )),
            ];
            return series.All(one => one.Points.Count == 0)
                ? null
                : new LineChart
                {
                    Title = $"NLL against {words}",
                    Caption = "Lower is better, and further left is cheaper.",
                    XName = words,
                    HasLogX = true,
                    HasDots = true,
                    Series = series,
                };
        }

        HtmlChart[] charts =
        [
            .. new[]
            {
                Chart(StudyFigures.TrainedParameters, "trained parameters"),
                Chart(StudyFigures.TrainingSeconds, "seconds of training"),
                Chart(StudyFigures.PredictionMilliseconds, "milliseconds per prediction"),
            }.OfType<HtmlChart>(),
        ];
        return charts.Length == 0
            ? null
            : new HtmlSection
            {
                Heading = "Cost and quality",
                Legend = names,
                Charts = charts,
            };
    }

    private static LinePoint Point(int x, StudyFigure figure) => new(x, figure.Mean, figure.Deviation ?? 0);

    private static string Title(string score) =>
        score switch
        {
            StudyFigures.Accuracy => "Accuracy",
            StudyFigures.Nll => "Negative log likelihood (nats)",
            StudyFigures.Ece => "Calibration error (ECE, 10 bins)",
            _ => $"AUROC of unfamiliar inputs: {score[(StudyFigures.Auroc.Length + 1)..]}",
        };

    private static string Reading(string score) =>
        score is StudyFigures.Nll or StudyFigures.Ece ? "Lower is better."
        : score is StudyFigures.Accuracy ? "Higher is better."
        : "Higher is better; 0.5 is chance. By predictive entropy.";
}
