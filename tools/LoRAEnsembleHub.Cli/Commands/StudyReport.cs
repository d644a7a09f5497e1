using System.Globalization;
using System.Text;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Studies;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Writes what a study found: for people, for programs, every run on a line, and as a page with charts.</summary>
internal static class StudyReport
{
    private static readonly string[] names = ["study.md", "study.json", "runs.csv", "study.html"];

    /// <summary>Where the files lie.</summary>
    public static IEnumerable<string> In(string folder) => names.Select(name => Path.Combine(folder, name));

    public static Task WriteAsync(
        StudyConfig config,
        StudyTableResult result,
        IReadOnlyList<StudyResult> runs,
        CancellationToken cancellationToken
    ) =>
        ReportFiles.WriteAsync(
            config.Output,
            In(config.Output),
            [Markdown(config, result), ReportFiles.Json(result), Lines(runs), StudyPage.Write(config, result)],
            cancellationToken
        );

    private static string Markdown(StudyConfig config, StudyTableResult result)
    {
        var text = new StringBuilder($"# {config.Name}\n");
        ReportBlocks.AppendMarkdown(text, result.Grids());
        text.Append($"\n## Settings\n\n```json\n{config.ToJson().TrimEnd()}\n```\n");
        return text.ToString();
    }

    private static string Lines(IReadOnlyList<StudyResult> runs)
    {
        var rows = runs.Select(run => (Run: run, Found: StudyTable.Of([run]).Rows[0].Figures)).ToArray();
        string[] figures = [.. rows.SelectMany(row => row.Found.Keys).Distinct()];
        return Csv.Write([
            ["system", "members", "rank", "seed", .. figures],
            .. rows.Select(row =>
                (IReadOnlyList<string>)
                    [
                        row.Run.System,
                        Number(row.Run.Members),
                        row.Run.Rank is { } rank ? Number(rank) : "",
                        Number(row.Run.Seed),
                        .. figures.Select(name => row.Found.TryGetValue(name, out var figure) ? Figures.Raw(figure.Mean) : ""),
                    ]
            ),
        ]);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
