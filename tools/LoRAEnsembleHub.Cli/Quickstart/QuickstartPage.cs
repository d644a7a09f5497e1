using System.Text;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>Writes the page that the quickstart leaves behind; pictures are part of it.</summary>
internal static class QuickstartPage
{
    public static void Write(
        string path,
        QuickstartResult result,
        Predictions familiar,
        Predictions unfamiliar,
        IReadOnlyList<HtmlSection> pictures
    )
    {
        var options = new HtmlReportOptions
        {
            Title = "LoRAEnsembleHub quickstart",
            Aggregation = result.Aggregation,
            OutOfDistribution = unfamiliar,
            OutOfDistributionName = result.Unfamiliar.Data,
            Sections =
            [
                new HtmlSection
                {
                    Heading = "What was loaded",
                    Paragraphs = [result.Pulled.InWords(), result.Load.InWords(), result.Ensemble.InWords()],
                },
                .. pictures,
            ],
        };
        Need.FolderFor(path);
        File.WriteAllText(path, HtmlReport.Write(familiar, options), new UTF8Encoding(false));
    }
}
