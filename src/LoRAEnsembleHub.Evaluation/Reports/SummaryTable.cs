using System.Globalization;
using System.Text;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>The rows and columns of a summary, the same in every form of report.</summary>
internal static class SummaryTable
{
    internal static readonly string[] Columns =
    [
        "",
        "Accuracy",
        "Macro F1",
        "NLL",
        "Brier",
        "ECE (10 bins)",
        "ECE (15 bins)",
        "Mean entropy",
    ];

    /// <summary>A name and seven figures for the ensemble under both aggregations, the mean of members, and each member.</summary>
    internal static IEnumerable<string[]> Rows(EvaluationSummary summary) =>
        [
            Row("Ensemble, mean probability", summary.MeanProbability),
            Row("Ensemble, mean logit", summary.MeanLogit),
            Row("Mean of members", summary.MeanOfMembers),
            .. summary.Members.Select((scores, member) => Row(string.Create(CultureInfo.InvariantCulture, $"Member {member}"), scores)),
        ];

    /// <summary>The figures that belong to the ensemble as a whole.</summary>
    internal static string Differences(EvaluationSummary summary) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Examples} examples, {summary.Classes} classes, {summary.Members.Count} members. "
                + $"Mean mutual information {Number(summary.MeanMutualInformation)} nats; disagreement {Number(summary.Disagreement)}; "
                + $"mean variance {Number(summary.MeanVariance)}."
        );

    /// <summary>A figure with four decimals.</summary>
    internal static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    internal static string ToMarkdown(EvaluationSummary summary)
    {
        var text = new StringBuilder();
        AppendRow(text, Columns);
        AppendRow(text, [.. Columns.Select((_, column) => column == 0 ? "---" : "---:")]);
        foreach (var row in Rows(summary))
        {
            AppendRow(text, row);
        }

        return text.Append('\n').Append(Differences(summary)).Append('\n').ToString();
    }

    private static void AppendRow(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string[] Row(string name, EvaluationScores scores) =>
        [
            name,
            Number(scores.Accuracy),
            Number(scores.MacroF1),
            Number(scores.NegativeLogLikelihood),
            Number(scores.Brier),
            Number(scores.Ece10),
            Number(scores.Ece15),
            Number(scores.MeanEntropy),
        ];
}
