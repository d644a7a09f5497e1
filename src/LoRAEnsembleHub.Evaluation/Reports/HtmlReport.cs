using System.Globalization;
using System.Net;
using System.Text;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Writes an evaluation as one HTML page that needs nothing beside it: no script, no style sheet, no picture file.</summary>
public static class HtmlReport
{
    private const int Bins = 10;

    private const string Style = """
        :root{color-scheme:light dark;--ink:#222;--page:#fff;--line:#ddd;--axis:#666;--good:#1b5e8c;--bad:#b3261e;--share:#777;--outside:#d9822b}
        @media (prefers-color-scheme:dark){:root{--ink:#ddd;--page:#181818;--line:#444;--axis:#999;--good:#5aa9dd;--bad:#ff7a70;--share:#999}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:62rem;margin:2rem auto;padding:0 1rem;
        overflow-wrap:break-word}
        svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
        .axis{stroke:var(--axis)}.ideal{stroke:var(--axis);stroke-dasharray:4 4}
        .confidence{stroke:var(--bad);stroke-dasharray:6 4}.accuracy{stroke:var(--good)}
        .right{fill:var(--good)}.gap{fill:var(--bad);fill-opacity:.35}.share{fill:var(--share)}
        .inside{fill:var(--good);fill-opacity:.6}.outside{fill:var(--outside);fill-opacity:.6}
        """;

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
        var title = WebUtility.HtmlEncode(options.Title);
        var page = new StringBuilder();
        page.Append($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append($"<title>{title}</title>\n<style>\n{Style}\n{HtmlTable.Style}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n");
        page.Append($"<p>{WebUtility.HtmlEncode(SummaryTable.Differences(summary))}</p>\n");
        HtmlSections.Append(page, options.Sections);
        page.Append("<h2>Scores</h2>\n");
        AppendTable(page, SummaryTable.Columns, SummaryTable.Rows(summary));

        var mode = options.Aggregation == Aggregation.MeanProbability ? "mean probability" : "mean logit";
        page.Append($"<h2>Reliability ({mode})</h2>\n");
        page.Append(ReliabilityDiagram.Draw(ReliabilityBin.Of(probabilities, labels, Bins)));
        page.Append("<p>Bars: share of right answers at each confidence; red: its distance from the mean confidence of the bin. ");
        page.Append("Below: share of examples. Solid line: accuracy; dashed line: mean confidence.</p>\n");

        page.Append($"<h2>Classes ({mode})</h2>\n");
        AppendTable(page, ["", "Examples", "Precision", "Recall", "F1"], ClassRows(predictions, probabilities, labels));
        if (options.OutOfDistribution is { } outside)
        {
            AppendOutside(page, predictions, outside, options.OutOfDistributionName);
        }

        return page.Append("</body>\n</html>\n").ToString();
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

    private static void AppendOutside(StringBuilder page, Predictions inside, Predictions outside, string name)
    {
        var found = OutOfDistribution.Of(inside, outside);
        page.Append($"<h2>In distribution and {WebUtility.HtmlEncode(name)}</h2>\n");
        page.Append(Histogram.Draw(Uncertainty.Of(inside).MutualInformation, Uncertainty.Of(outside).MutualInformation, name));
        AppendTable(
            page,
            ["Score", "AUROC", "AUPRC", "AUPRC, outside positive", "FPR95"],
            [
                Row("Largest probability", found.LargestProbability),
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

    private static void AppendTable(StringBuilder page, string[] head, IEnumerable<string[]> rows) =>
        HtmlTable.Append(page, head, [.. rows.Select(cells => new HtmlRow { Cells = cells })]);
}
