using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Writes an evaluation as one HTML page that needs nothing beside it: no script, no style sheet, no picture file.</summary>
public static class HtmlReport
{
    private const int Bins = 10;

    /// <summary>Writes the page.</summary>
    /// <param name="predictions">Predictions with labels.</param>
    /// <param name="options">What to show; null for the defaults.</param>
    /// <returns>A whole HTML document in UTF-8's characters.</returns>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static string Write(Predictions predictions, HtmlReportOptions? options = null)
    {
        options ??= new HtmlReportOptions();
        var summary = EvaluationSummary.From(predictions);
        var labels = predictions.NeededLabels();
        var probabilities = predictions.Aggregate(options.Aggregation);
        var page = new HtmlPage(options.Title);
        page.Paragraph(SummaryTable.Differences(summary));
        page.Sections(options.Sections);
        page.Heading("Scores");
        page.Table(SummaryTable.Columns, SummaryTable.Rows(summary));
        page.Sections(options.Details);

        var mode = options.Aggregation == Aggregation.MeanProbability ? "mean probability" : "mean logit";
        page.Heading($"Calibration and selective answers ({mode})");
        page.Charts(
            (
                ReliabilityDiagram.Draw(ReliabilityBin.Of(probabilities, labels, Bins)),
                "Bars: share of right answers at each confidence; outlined in red: its distance from the mean confidence of the bin. Below: share of examples. "
                    + "Solid line: accuracy; dashed line: mean confidence."
            ),
            (
                ReportCharts.RiskAgainstCoverage([("ensemble", ExampleScores.Of(probabilities, labels))]),
                "What is won by leaving the unsure examples to someone else."
            )
        );
        if (predictions.Members > 1)
        {
            AppendMemberCounts(page, predictions, options.Aggregation);
        }

        if (options.Shift is { } shift)
        {
            AppendShift(page, shift);
        }

        if (options.OutOfDistribution is { } outside)
        {
            AppendOutside(page, predictions, outside, options.OutOfDistributionName);
        }

        page.Heading($"Classes ({mode})");
        page.Table(["", "Examples", "Precision", "Recall", "F1"], ClassRows(predictions, probabilities, labels));
        return page.End();
    }

    private static void AppendMemberCounts(HtmlPage page, Predictions predictions, Aggregation aggregation)
    {
        var points = MemberCountCurve.OfSubsets(predictions, aggregation, ReportCharts.MostSubsets);
        page.Heading("Fewer members");
        page.Paragraph(
            $"With fewer of its {predictions.Members} members: mean over up to {ReportCharts.MostSubsets} choices of them, whiskers are standard "
                + "deviations over these choices. Members trained together are not those that a smaller ensemble would have had."
        );
        page.Charts(ReportCharts.MemberCounts([("ensemble", points)]).Select(chart => (chart, "")));
    }

    private static IEnumerable<string[]> ClassRows(Predictions predictions, Probabilities probabilities, IReadOnlyList<int> labels) =>
        ClassScores
            .Of(probabilities, labels)
            .Select(score =>
                new[]
                {
                    predictions.ClassNames?[score.Label] ?? score.Label.ToString(CultureInfo.InvariantCulture),
                    score.Support.ToString(CultureInfo.InvariantCulture),
                    SummaryTable.Number(score.Precision),
                    SummaryTable.Number(score.Recall),
                    SummaryTable.Number(score.F1),
                }
            );

    private static void AppendShift(HtmlPage page, ShiftReport shift)
    {
        page.Heading("Calibration under shift");
        page.Paragraph("The same examples, made worse in several ways. An ensemble to rely on gets less sure as it gets less right.");
        page.Legend([.. shift.Kinds]);
        page.Charts(ReportCharts.Shift(shift).Select(chart => (chart, "")));
        page.Table(
            ["Corruption", "Severity", "Accuracy", "NLL", "ECE (15 bins)", "Entropy", "Mutual information"],
            shift
                .Corrupted.Prepend(shift.Clean with { Corruption = "none" })
                .Select(point =>
                    new[]
                    {
                        point.Corruption,
                        point.Severity.ToString(CultureInfo.InvariantCulture),
                        SummaryTable.Number(point.Accuracy),
                        SummaryTable.Number(point.NegativeLogLikelihood),
                        SummaryTable.Number(point.Ece15),
                        SummaryTable.Number(point.Entropy),
                        SummaryTable.Number(point.MutualInformation),
                    }
                )
        );
    }

    private static void AppendOutside(HtmlPage page, Predictions inside, Predictions outside, string name)
    {
        var found = OutOfDistribution.Of(inside, outside);
        var (near, far) = (Uncertainty.Of(inside), Uncertainty.Of(outside));
        page.Heading($"In distribution and {name}");
        page.Charts(
            (Histogram.Draw("Mutual information (nats)", near.MutualInformation, far.MutualInformation, name), ""),
            (Histogram.Draw("Predictive entropy (nats)", near.PredictiveEntropy, far.PredictiveEntropy, name), "")
        );
        page.Table(
            ["Score", "AUROC", "AUPRC", "AUPRC, outside positive", "FPR95"],
            [
                Row("Largest mean probability", found.LargestProbability),
                Row("Predictive entropy", found.PredictiveEntropy),
                Row("Mutual information", found.MutualInformation),
            ]
        );
    }

    private static string[] Row(string name, Separation separation) =>
        [
            name,
            SummaryTable.Number(separation.Auroc),
            SummaryTable.Number(separation.AveragePrecision),
            SummaryTable.Number(separation.AveragePrecisionOutside),
            SummaryTable.Number(separation.FalsePositiveRate95),
        ];
}
