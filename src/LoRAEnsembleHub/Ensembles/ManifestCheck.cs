using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Proves a manifest whole before anything of it is used.</summary>
internal static class ManifestCheck
{
    private static readonly string[] files = ["adapter_config.json", "adapter_model.safetensors"];

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

        Need(manifest.Format == EnsembleManifest.FormatName, "format", manifest.Format, $"it must be {EnsembleManifest.FormatName}");
        Need(
            manifest.FormatVersion is >= 1 and <= EnsembleManifest.KnownVersion,
            "format_version",
            manifest.FormatVersion,
            $"versions up to {EnsembleManifest.KnownVersion} are understood; a higher one needs a newer release of this program"
        );
        Need(
            manifest.Method is "lora-ensemble" or "single-lora",
            "method",
            manifest.Method,
            "members that are LoRA adapters are lora-ensemble or single-lora; other methods cannot be loaded by this release"
        );
        Need(manifest.BaseModel is not null, "base_model", null, "it names the base and its hashes");
        CheckHashes(manifest.BaseModel!.Sha256, "base_model.sha256", Need);
        Need(manifest.Members is { Count: > 0 }, "members", manifest.Members is null ? null : "empty", "1 or more are needed");
        foreach (var (index, member) in manifest.Members!.Index())
        {
            var expected = $"member-{index:00}";
            Need(
                member.Path == expected,
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
        CheckLabels(manifest, Need);
        CheckTemperature(manifest, Need);
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
        }
    }

    private static void CheckTemperature(EnsembleManifest manifest, Action<bool, string, object?, string> need)
    {
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
            need(
                hash is { Length: 64 } && hash.All(char.IsAsciiHexDigit),
                $"{field}[\"{file}\"]",
                hash,
                "a SHA-256 is 64 hexadecimal digits"
            );
            need(file == Path.GetFileName(file) && file.Length > 0, field, file, "file names are bare names");
        }
    }
}
