using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Makes the tags by which repositories are found, as the Hub does from card and files.</summary>
internal static partial class CardTags
{
    private static readonly (string Ending, string Tag)[] formats =
    [
        (".safetensors", "safetensors"),
        (".gguf", "gguf"),
        (".onnx", "onnx"),
        ("pytorch_model.bin", "pytorch"),
    ];

    private static readonly string[] datasetFields =
    [
        "language",
        "license",
        "task_categories",
        "task_ids",
        "size_categories",
        "source_datasets",
    ];

    /// <returns>The tags of a model, each once.</returns>
    /// <param name="card">The metadata.</param>
    /// <param name="body">The text below them; links to arXiv count.</param>
    /// <param name="paths">All files.</param>
    /// <param name="adapter">What the adapter's configuration tells.</param>
    public static IReadOnlyList<string> OfModel(JsonObject card, string body, IReadOnlyList<string> paths, AdapterFacts? adapter)
    {
        var bases = BaseRelation.Bases(card, adapter);
        var relation = BaseRelation.Of(card, adapter, bases, paths);
        var library = card.Word("library_name") ?? (adapter is null ? null : "peft");
        return Once([
            library,
            .. formats
                .Where(format => paths.Any(path => path.EndsWith(format.Ending, StringComparison.Ordinal)))
                .Select(format => format.Tag),
            card.Word("pipeline_tag"),
            .. card.Words("tags"),
            .. card.Words("language"),
            .. card.Words("datasets").Select(id => $"dataset:{id}"),
            .. Papers(body),
            .. bases.Select(id => $"base_model:{id}"),
            .. bases.Select(id => $"base_model:{relation}:{id}"),
            .. card["model-index"] is JsonArray { Count: > 0 } ? ["model-index"] : (string[])[],
            .. Common(card),
        ]);
    }

    /// <returns>The tags of a repository that is no model.</returns>
    public static IReadOnlyList<string> OfOther(JsonObject card, string body) =>
        Once([
            .. datasetFields.SelectMany(field => card.Words(field).Select(word => $"{field}:{word}")),
            .. Papers(body),
            "region:us",
            .. card.Words("tags"),
        ]);

    // The Hub says where files lie; clients expect the tag, and every repository has this one.
    private static IEnumerable<string> Common(JsonObject card) =>
        card.Words("license").Select(license => $"license:{license}").Append("region:us");

    private static IEnumerable<string> Papers(string body) =>
        ArxivLink().Matches(body).Select(match => $"arxiv:{match.Groups["id"].Value}");

    private static List<string> Once(IEnumerable<string?> tags) =>
        [.. tags.OfType<string>().Where(tag => tag.Length > 0).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"arxiv\.org/(abs|pdf)/(?<id>[0-9]{4}\.[0-9]{4,5})", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex ArxivLink();
}
