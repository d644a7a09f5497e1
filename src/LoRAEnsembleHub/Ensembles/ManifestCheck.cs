using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Proves a manifest whole before anything of it is used.</summary>
internal static class ManifestCheck
{
    /// <summary>Refuses another format and a version that is not known, whatever else the manifest holds.</summary>
    /// <exception cref="AdapterException">It is not a manifest that can be understood.</exception>
    public static void CheckVersion(JsonElement root, string place)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new AdapterException($"{place} holds {root.ValueKind}; an ensemble manifest is a JSON object.") { IsIntegrity = true };
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

        var method = EnsembleMethod.Find(manifest.Method);
        Need(method is not null, "method", manifest.Method, $"this release knows {EnsembleMethod.KnownNames}");
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
            !method!.HasOneMember || manifest.Members!.Count == 1,
            "method",
            $"{method.Name} with {manifest.Members!.Count} members",
            method.IsLora ? "several members are a lora-ensemble" : "its passes are those of one network"
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
            CheckFiles(member.Sha256, $"members[{index}].sha256", method.MemberFiles, Need);
        }

        CheckShared(manifest, Need);
        CheckDropout(manifest, Need);
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

    private static void CheckFiles(
        IReadOnlyDictionary<string, string>? hashes,
        string field,
        IReadOnlyList<string> files,
        Action<bool, string, object?, string> need
    )
    {
        CheckHashes(hashes, field, need);
        foreach (var file in files)
        {
            need(hashes is null || hashes.ContainsKey(file), field, $"without {file}", $"{string.Join(" and ", files)} need a hash");
        }
    }

    private static void CheckShared(EnsembleManifest manifest, Action<bool, string, object?, string> need)
    {
        if (manifest.Shared is { } shared)
        {
            need(
                manifest.Method == EnsembleMethod.BatchEnsemble,
                "shared",
                $"given for the method {manifest.Method}",
                $"only a {EnsembleMethod.BatchEnsemble} has it"
            );
            need(shared.Path == EnsembleMethod.SharedFolder, "shared.path", shared.Path, $"it must be {EnsembleMethod.SharedFolder}");
            CheckFiles(shared.Sha256, "shared.sha256", EnsembleMethod.ModelFiles, need);
        }
    }

    private static void CheckDropout(EnsembleManifest manifest, Action<bool, string, object?, string> need)
    {
        need(
            manifest.Dropout is null == (manifest.Method != EnsembleMethod.McDropout),
            "dropout",
            manifest.Dropout is null ? null : $"given for the method {manifest.Method}",
            $"{EnsembleMethod.McDropout} needs it, and no other method has it"
        );
        if (manifest.Dropout is { } dropout)
        {
            need(dropout.Probability is > 0 and < 1, "dropout.probability", dropout.Probability, "it must be above 0 and below 1");
            need(dropout.Passes is >= 1, "dropout.passes", dropout.Passes, "1 or more are needed");
            need(dropout.Seed is not null, "dropout.seed", null, "it decides which keys are dropped");
        }
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
        need(
            manifest.Temperature is not JsonArray || manifest.Dropout is null,
            "temperature",
            "a list",
            "the passes of an mc-dropout are alike, so there can be one number for all of them only"
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
