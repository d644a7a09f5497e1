using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Proves a manifest whole before anything of it is used.</summary>
internal static class ManifestCheck
{
    private static readonly string[] files = ["adapter_config.json", "adapter_model.safetensors"];

    /// <summary>Refuses another format and a version that is not known, whatever else the manifest holds.</summary>
    /// <exception cref="AdapterException">It is not a manifest that can be understood.</exception>
    public static void CheckVersion(JsonElement root, string place)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new AdapterException($"{place} holds {root.ValueKind}; an ensemble manifest is a JSON object.");
        }

        string Found(string name) => root.TryGetProperty(name, out var value) ? value.GetRawText() : "missing";
        if (Found("format") != $"\"{EnsembleManifest.FormatName}\"")
        {
            throw new AdapterException($"{place}: format is {Found("format")}; it must be {EnsembleManifest.FormatName}.");
        }

        if (
            !root.TryGetProperty("format_version", out var version)
            || version.ValueKind != JsonValueKind.Number
            || !version.TryGetInt32(out var number)
            || number is < 1 or > EnsembleManifest.KnownVersion
        )
        {
            throw new AdapterException(
                $"{place}: format_version is {Found("format_version")}; versions up to {EnsembleManifest.KnownVersion} are understood; "
                    + "a higher one needs a newer release of this program."
            );
        }
    }

    /// <exception cref="AdapterException">A field is wrong; it is named.</exception>
    public static void Check(EnsembleManifest manifest, string place)
    {
        void Need(bool holds, string field, object? found, string needed)
        {
            if (!holds)
            {
                throw new AdapterException($"{place}: {field} is {found ?? "missing"}; {needed}.");
            }
        }

        Need(
            manifest.Method is "lora-ensemble" or "single-lora",
            "method",
            manifest.Method,
            "members that are LoRA adapters are lora-ensemble or single-lora; other methods cannot be loaded by this release"
        );
        Need(manifest.BaseModel is not null, "base_model", null, "it names the base and its hashes");
        Need(
            manifest.BaseModel!.Revision is null || IsHex(manifest.BaseModel.Revision, 40),
            "base_model.revision",
            manifest.BaseModel.Revision,
            "a commit is 40 hexadecimal digits"
        );
        CheckHashes(manifest.BaseModel!.Sha256, "base_model.sha256", Need);
        Need(manifest.Members is { Count: > 0 }, "members", manifest.Members is null ? null : "empty", "1 or more are needed");
        Need(
            manifest.Method != "single-lora" || manifest.Members!.Count == 1,
            "method",
            $"single-lora with {manifest.Members!.Count} members",
            "several members are a lora-ensemble"
        );
        foreach (var (index, member) in manifest.Members!.Index())
        {
            var expected = $"member-{index:00}";
            Need(member is not null, $"members[{index}]", "null", "it must be an object with path and sha256");
            Need(
                member!.Path == expected,
                $"members[{index}].path",
                member.Path,
                $"it must be {expected}: members are numbered from 00 without gaps"
            );
            CheckHashes(member.Sha256, $"members[{index}].sha256", Need);
            foreach (var file in files)
            {
                Need(
                    member.Sha256 is null || member.Sha256.ContainsKey(file),
                    $"members[{index}].sha256",
                    $"without {file}",
                    "both files need a hash"
                );
            }
        }

        Need(
            manifest.Aggregation is null or "mean_probability" or "mean_logit",
            "aggregation",
            manifest.Aggregation,
            "it must be mean_probability or mean_logit"
        );
        Need(
            manifest.ProblemType is null or "single_label_classification",
            "problem_type",
            manifest.ProblemType,
            "probabilities are a softmax over classes here, which is single_label_classification"
        );
        CheckMetrics(manifest, Need);
        CheckLabels(manifest, Need);
        CheckTemperature(manifest, Need);
    }

    private static void CheckMetrics(EnsembleManifest manifest, Action<bool, string, object?, string> need)
    {
        foreach (var (index, metric) in (manifest.Metrics ?? []).Index())
        {
            need(metric?.Name is not null, $"metrics[{index}]", "without a name", "it must say what was measured");
            need(metric!.Value is not null, $"metrics[{index}]", "without a value", "it must say what was found");
        }
    }

    private static void CheckLabels(EnsembleManifest manifest, Action<bool, string, object?, string> need)
    {
        for (var index = 0; index < (manifest.Id2Label?.Count ?? 0); index++)
        {
            need(
                manifest.Id2Label!.ContainsKey($"{index}"),
                "id2label",
                $"without \"{index}\"",
                $"its keys must be 0 to {manifest.Id2Label.Count - 1}"
            );
            need(manifest.Id2Label[$"{index}"] is not null, $"id2label[\"{index}\"]", "null", "every class needs a name");
        }
    }

    private static void CheckTemperature(EnsembleManifest manifest, Action<bool, string, object?, string> need)
    {
        var single = manifest.Temperature as JsonValue;
        var numbers =
            manifest.Temperature is JsonArray list ? [.. list]
            : single is null ? Array.Empty<JsonNode?>()
            : [single];
        need(
            (manifest.Temperature is null or JsonArray or JsonValue) && numbers.All(IsNumber),
            "temperature",
            manifest.Temperature?.ToJsonString(),
            "it must be null, a number, or a list with one number for each member"
        );
        var temperatures = manifest.Temperatures;
        need(
            manifest.Temperature is not JsonArray || temperatures.Count == manifest.Members!.Count,
            "temperature",
            $"{temperatures.Count} numbers",
            $"a list must have one for each of the {manifest.Members!.Count} members"
        );
        need(
            temperatures.All(value => value > 0 && double.IsFinite(value)),
            "temperature",
            string.Join(", ", temperatures),
            "it must be above 0"
        );
    }

    private static void CheckHashes(IReadOnlyDictionary<string, string>? hashes, string field, Action<bool, string, object?, string> need)
    {
        foreach (var (file, hash) in hashes ?? new Dictionary<string, string>())
        {
            need(IsHex(hash, 64), $"{field}[\"{file}\"]", hash, "a SHA-256 is 64 hexadecimal digits");
            need(file == Path.GetFileName(file) && file.Length > 0, field, file, "file names are bare names");
        }
    }

    private static bool IsHex(string? text, int digits) => text?.Length == digits && text.All(char.IsAsciiHexDigit);

    private static bool IsNumber(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number;
}
