using System.Globalization;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Studies;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Writes what a study found as one HTML page: what was compared, charts, tables, settings.</summary>
internal static class StudyPage
{
    // said in words where the page begins
    private static readonly string[] toldElsewhere = ["base", "base_id", "data", "data_id"];

    /// <summary>The page; the same figures give the same text.</summary>
    public static string Write(StudyConfig config, StudyTableResult result)
    {
        var run = (JsonObject)JsonNode.Parse(config.ToJson())!["run"]!;
        var tables = ReportBlocks.ToSections(
            result.Grids().Select((grid, index) => grid with { Title = index == 0 ? "Scores" : Capital(grid.Title!) })
        );
        return HtmlSections.Write(config.Name, [Compared(config, result), .. StudyCharts.Of(result.Table), .. tables, Settings(run)]);
    }

    private static HtmlSection Compared(StudyConfig config, StudyTableResult result)
    {
        var seeds = config.Seeds.Count;
        var usual = JsonNode.Parse(new TrainingOptions().ToJson())!;
        string[] outside = [.. config.Outside.Select(data => data.Name ?? Name(data.Data))];
        return new HtmlSection
        {
            Heading = "What was compared",
            Paragraphs =
            [
                $"Base: {config.Run.BaseId ?? Name(config.Run.Base)}. Data: {config.Run.DataId ?? Name(config.Run.Data)}, trained on its part "
                    + $"{config.Run.Split}, measured on its part {config.Run.TestSplit}"
                    + $"{(config.Limit is { } limit ? $", at most {Figures.Count(limit)} examples of each set" : "")}.",
                $"{result.Runs} runs: every system with every number of members ({Listed(config.Members)}), rank ({Listed(config.Ranks)}) and seed "
                    + $"({Listed(config.Seeds)}) that it has.",
                $"Unfamiliar inputs: {(outside.Length > 0 ? string.Join(", ", outside) : "none")}. Worse examples: "
                    + $"{(config.Corruptions.Count > 0 ? string.Join(", ", config.Corruptions) : "none")}.",
                seeds > 1
                    ? $"Figures are means over {seeds} seeds; whiskers, and what follows ±, are sample standard deviations over them."
                    : "There is one seed, so nothing tells how far figures change from seed to seed.",
            ],
            Columns = ["system", "method", "settings of its own"],
            Rows =
            [
                .. config.Systems.Select(system => new HtmlRow
                {
                    Cells =
                    [
                        system.Name,
                        $"{system.Training["method"] ?? usual["method"]}",
                        string.Join(", ", system.Training.Where(own => own.Key != "method").Select(own => $"{own.Key} {Words(own.Value)}")),
                    ],
                }),
            ],
        };
    }

    private static HtmlSection Settings(JsonObject run) =>
        new()
        {
            Heading = "Settings in common",
            Paragraphs = ["As in run.json. A setting that a method does not have is left out for it."],
            Columns = ["setting", "value"],
            Rows =
            [
                .. Flat("", run)
                    .Where(setting => !toldElsewhere.Contains(setting.Name))
                    .Select(setting => new HtmlRow { Cells = [setting.Name, Words(setting.Value)] }),
            ],
        };

    private static IEnumerable<(string Name, JsonNode? Value)> Flat(string prefix, JsonObject fields) =>
        fields.SelectMany(field =>
            field.Value is JsonObject inner ? Flat($"{prefix}{field.Key}.", inner) : [($"{prefix}{field.Key}", field.Value)]
        );

    private static string Words(JsonNode? value) =>
        value switch
        {
            null => "none",
            JsonArray items => string.Join(", ", items.Select(Words)),
            _ => value.ToString(),
        };

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static string Listed<T>(IEnumerable<T> values)
        where T : IFormattable => string.Join(", ", values.Select(value => value.ToString(null, CultureInfo.InvariantCulture)));

    private static string Name(string folder) => RepositoryFolder.Of(folder).Name;
}
