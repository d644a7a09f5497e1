using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>The model card of an ensemble: front matter that the hub indexes, then how to use it and what was measured.</summary>
public static partial class EnsembleCard
{
    internal static JsonSerializerOptions Relaxed { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the card of an ensemble.</summary>
    /// <param name="manifest">The checked manifest.</param>
    /// <param name="facts">What the manifest does not say of the members.</param>
    /// <param name="options">Licence, title and notes.</param>
    /// <returns>The text of README.md: YAML front matter and Markdown, with line feeds.</returns>
    public static string Write(EnsembleManifest manifest, EnsembleCardFacts facts, EnsembleWriterOptions options)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(options);
        var baseId = manifest.BaseModel!.RepoId ?? "BASE";
        var data =
            manifest.Metrics?.Select(metric => metric.Dataset).FirstOrDefault(name => name is not null)
            ?? (string?)manifest.Training?["dataset"];
        var words = CardWords.For(manifest.BaseModel.ModelType);
        var method = MethodWords.For(manifest, facts, words, baseId);
        var title = options.Title ?? $"{Last(baseId)} {method.Kind}{(data is null ? "" : $" for {Last(data)}")}";
        var text = new StringBuilder();
        FrontMatter(text, manifest, options, words, method, baseId, data, title);
        text.Append(CultureInfo.InvariantCulture, $"\n# {title}\n\n");
        text.Append(method.Introduction).Append('\n');
        Classes(text, manifest);
        Metrics(text, manifest);
        Usage(text, manifest, facts, options, words, method);
        Training(text, manifest, options);
        if (options.Notes is { } notes)
        {
            text.Append('\n').Append(notes.Trim()).Append('\n');
        }

        return text.ToString();
    }

    private static void FrontMatter(
        StringBuilder text,
        EnsembleManifest manifest,
        EnsembleWriterOptions options,
        CardWords words,
        MethodWords method,
        string baseId,
        string? data,
        string title
    )
    {
        text.Append("---\n").Append(method.Library is { } library ? $"library_name: {library}\n" : "");
        text.Append(
            CultureInfo.InvariantCulture,
            $"base_model: {Quote(baseId)}\nbase_model_relation: {method.Relation}\npipeline_tag: {words.Task}\n"
        );
        if (options.License is { } license)
        {
            text.Append(CultureInfo.InvariantCulture, $"license: {Quote(license)}\n");
        }

        if (data is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"datasets: [{Quote(data)}]\n");
        }

        string[] tags =
        [
            .. method.Tags,
            "lora-ensemble",
            "uncertainty-estimation",
            "calibration",
            $"base_model:{method.Relation}:{baseId}",
            "arxiv:2405.14438",
        ];
        text.Append(CultureInfo.InvariantCulture, $"tags: [{string.Join(", ", tags.Select(Quote))}]\n");
        // what was measured on a part of a split is no result on that split
        var combined =
            manifest.Metrics?.Where(metric => metric.Aggregation == manifest.Aggregation && metric.Examples is null).ToArray() ?? [];
        if (combined.Length > 0)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"metrics: [{string.Join(", ", combined.Select(metric => metric.Name!).Distinct().Select(Quote))}]\n"
            );
            text.Append(CultureInfo.InvariantCulture, $"model-index:\n  - name: {Quote(title)}\n    results:\n");
            text.Append(CultureInfo.InvariantCulture, $"      - task: {{ type: {words.Task} }}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"        dataset: {{ type: {Quote(combined[0].Dataset ?? "")}, name: {Quote(combined[0].Dataset ?? "")}, split: {Quote(combined[0].Split ?? "")} }}\n        metrics:\n"
            );
            foreach (var metric in combined)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"          - {{ type: {Quote(metric.Name!)}, value: {metric.Value!.Value.ToString("0.######", CultureInfo.InvariantCulture)} }}\n"
                );
            }
        }

        text.Append("---\n");
    }

    private static void Classes(StringBuilder text, EnsembleManifest manifest)
    {
        if (manifest.Labels is { Count: > 0 } labels)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n**Classes.** {string.Join(", ", labels.Take(40))}{(labels.Count > 40 ? " …" : "")}\n"
            );
        }
    }

    private static void Metrics(StringBuilder text, EnsembleManifest manifest)
    {
        if (manifest.Metrics is not { Count: > 0 } metrics)
        {
            return;
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"\n## Figures\n\nOn {(metrics[0].Examples is { } some ? $"{some} examples of " : "")}the {metrics[0].Split} split of {metrics[0].Dataset}.\n\n"
        );
        string[] columns = [.. metrics.Select(metric => metric.Aggregation ?? "").Distinct()];
        text.Append(CultureInfo.InvariantCulture, $"| metric | {string.Join(" | ", columns.Select(name => name.Replace('_', ' ')))} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| --- |{string.Concat(Enumerable.Repeat(" ---: |", columns.Length))}\n");
        foreach (var group in metrics.GroupBy(metric => metric.Name))
        {
            var cells = columns.Select(column =>
                group
                    .FirstOrDefault(metric => (metric.Aggregation ?? "") == column)
                    ?.Value?.ToString("0.0000", CultureInfo.InvariantCulture)
                ?? "–"
            );
            text.Append(CultureInfo.InvariantCulture, $"| {Words(group.Key!)} | {string.Join(" | ", cells)} |\n");
        }

        text.Append(Comparison(metrics));
    }

    // What an ensemble is for: better than its members are alone, or not.
    private static string Comparison(IReadOnlyList<ManifestMetric> metrics)
    {
        double? Nll(string aggregation) =>
            metrics.FirstOrDefault(metric => metric.Name == "nll" && metric.Aggregation == aggregation)?.Value;
        if (Nll("mean_probability") is not { } together || Nll("mean_of_members") is not { } alone)
        {
            return "";
        }

        var verdict =
            together < alone ? "The ensemble beats its members"
            : together > alone ? "The ensemble is no better than its members"
            : "The ensemble equals its members";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"\n{verdict}: the negative log-likelihood of the mean probability is {together:0.0000} nats, that of a member alone {alone:0.0000} on average.\n"
        );
    }

    private static void Usage(
        StringBuilder text,
        EnsembleManifest manifest,
        EnsembleCardFacts facts,
        EnsembleWriterOptions options,
        CardWords words,
        MethodWords method
    )
    {
        text.Append("\n## Use\n\nFrom the command line, with ").Append(manifest.NeedsBase ? "the base in the folder `BASE` and " : "");
        text.Append("this repository in `ENSEMBLE`");
        text.Append(facts.RepoId is null ? "" : " (`pull` says where it put them)").Append(":\n\n```\n");
        if (facts.RepoId is { } id)
        {
            text.Append(CultureInfo.InvariantCulture, $"dotnet tool run lorae-hub pull {id}\n");
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"dotnet tool run lorae-hub predict {(manifest.NeedsBase ? "--base BASE " : "")}--ensemble ENSEMBLE {words.Example}\n```\n"
        );
        text.Append(CultureInfo.InvariantCulture, $"\n{method.Python.Sentence}\n\n```python\n{method.Python.Code}```\n");
        if (EnsembleMethod.Find(manifest.Method) is not { IsLora: true })
        {
            return;
        }

        if (options.RootAdapter is { } root)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\nThe adapter of member-{root:00} lies in the repository's root too, for programs that look for one there; it is that member alone.\n"
            );
        }

        if (!words.TwoSpellings)
        {
            text.Append("\nThe names of the LoRA tensors are the same in every version of transformers.\n");
            return;
        }

        text.Append(
            options.Naming switch
            {
                PeftNaming.Both =>
                    "\nThe LoRA tensors stand under both spellings, so the adapters load with transformers before and from 5.9 alike.\n",
                PeftNaming.V4 =>
                    "\nThe LoRA tensors have the names of transformers before 5.9. On newer versions PEFT drops them with only a warning: pass `key_mapping`.\n",
                _ =>
                    "\nThe LoRA tensors have the names of transformers from 5.9. On older versions PEFT drops them with only a warning: pass `key_mapping`.\n",
            }
        );
    }

    private static void Training(StringBuilder text, EnsembleManifest manifest, EnsembleWriterOptions options)
    {
        if (manifest.Training is not { } training)
        {
            return;
        }

        text.Append("\n## Training\n\n");
        if (options.TrainingCommand is { } command)
        {
            text.Append(CultureInfo.InvariantCulture, $"```\n{command}\n```\n\n");
        }

        foreach (var (name, value) in training.Where(entry => entry.Value is System.Text.Json.Nodes.JsonValue))
        {
            text.Append(CultureInfo.InvariantCulture, $"* {name.Replace('_', ' ')}: {value}\n");
        }
    }

    private static string Words(string metric) => metric == "ece" ? "ece (10 bins)" : metric.Replace('_', ' ');

    private static string Last(string id) => id[(id.LastIndexOf('/') + 1)..];

    /// <summary>A JSON string is also a YAML string, but for letters beyond the first 65,536, which YAML does not write as two halves.</summary>
    private static string Quote(string text) =>
        Halves().Replace(JsonSerializer.Serialize(text, Relaxed), pair => new string([Half(pair.Groups[1]), Half(pair.Groups[2])]));

    private static char Half(Group digits) => (char)int.Parse(digits.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<=[^\\](?:\\\\)*)\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex Halves();
}
