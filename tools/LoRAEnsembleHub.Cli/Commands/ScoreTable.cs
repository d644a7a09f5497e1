using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The scores of an ensemble and its members as people see them.</summary>
internal static class ScoreTable
{
    private static readonly string[] names = ["accuracy", "macro F1", "NLL", "Brier", "ECE 10", "ECE 15", "entropy"];

    public static Grid Of(EvaluationSummary summary, Aggregation aggregation)
    {
        string Marked(string name, Aggregation one) => aggregation == one ? $"{name} (in use)" : name;
        var isEnsemble = summary.Members.Count > 1;
        return new Grid(
            null,
            [new Column(""), .. names.Select(name => new Column(name, IsNumber: true))],
            isEnsemble
                ?
                [
                    Row(Marked("ensemble, mean probability", Aggregation.MeanProbability), summary.MeanProbability),
                    Row(Marked("ensemble, mean logit", Aggregation.MeanLogit), summary.MeanLogit),
                    Row("mean of members", summary.MeanOfMembers),
                    .. summary.Members.Select((scores, member) => Row($"member {member:00}", scores)),
                ]
                : [Row("single model", summary.MeanProbability)]
        );
    }

    private static string[] Row(string name, EvaluationScores scores) =>
        [
            name,
            Figures.Score(scores.Accuracy),
            Figures.Score(scores.MacroF1),
            Figures.Score(scores.NegativeLogLikelihood),
            Figures.Score(scores.Brier),
            Figures.Score(scores.Ece10),
            Figures.Score(scores.Ece15),
            Figures.Score(scores.MeanEntropy),
        ];
}
