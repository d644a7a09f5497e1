using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Adapters;

/// <summary>An adapter_config.json of PEFT, as far as it says how a LoRA adapter computes.</summary>
/// <remarks>peft, tuners/lora/config.py. What would change the mathematics and is not computed here is refused by name while reading.</remarks>
internal sealed record PeftConfig
{
    public int Rank { get; private init; } = 8;

    public double Alpha { get; private init; } = 8;

    public bool UseRslora { get; private init; }

    public IReadOnlyList<KeyValuePair<string, double>> RankPattern { get; private init; } = [];

    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; private init; } = [];

    public ModulePattern? Targets { get; private init; }

    public ModulePattern? Excluded { get; private init; }

    public IReadOnlyList<long>? Layers { get; private init; }

    public IReadOnlyList<string> LayersPattern { get; private init; } = [];

    public IReadOnlyList<string> ModulesToSave { get; private init; } = [];

    public string? BaseModel { get; private init; }

    public string? Revision { get; private init; }

    /// <summary>Rank of the update at a module, by its possible spellings.</summary>
    public int RankAt(IReadOnlyCollection<string> names) => (int)(Pick(RankPattern, names) ?? Rank);

    /// <summary>Factor of the update at a module: alpha / r, or alpha / √r (Kalajdzievski 2023) with rank-stabilised scaling.</summary>
    public double ScaleAt(IReadOnlyCollection<string> names)
    {
        var (rank, alpha) = (RankAt(names), Pick(AlphaPattern, names) ?? Alpha);
        return UseRslora ? alpha / Math.Sqrt(rank) : alpha / rank;
    }

    /// <summary>Whether PEFT would adapt a module, given its possible spellings and its block.</summary>
    public bool Adapts(IReadOnlyCollection<string> names, int layer)
    {
        if (Targets is null || !names.Any(Targets.Matches) || (Excluded is not null && names.Any(Excluded.Matches)))
        {
            return false;
        }

        return Layers is null
            || (
                Layers.Contains(layer)
                && (LayersPattern.Count == 0 || LayersPattern.Any(word => names.Any(name => IsLayer(name, word, layer))))
            );
    }

    /// <summary>Reads the file's text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="AdapterException">It is no LoRA config of PEFT, or asks for something that is not computed here.</exception>
    public static PeftConfig Parse(string json, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, place);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new AdapterException($"{place} is not a PEFT adapter config: {e.Message}", e);
        }
    }

    private static PeftConfig Read(JsonElement root, string place)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new AdapterException($"{place} holds {root.ValueKind}; a PEFT adapter config is a JSON object.");
        }

        PeftRefusals.Check(root, place);
        var config = new PeftConfig
        {
            Rank = Value(root, "r")?.GetInt32() ?? 8,
            Alpha = Value(root, "lora_alpha")?.GetDouble() ?? 8,
            UseRslora = Value(root, "use_rslora")?.GetBoolean() ?? false,
            RankPattern = Patterns(root, "rank_pattern"),
            AlphaPattern = Patterns(root, "alpha_pattern"),
            Targets = ModulePattern.Read(Value(root, "target_modules")),
            Excluded = ModulePattern.Read(Value(root, "exclude_modules")),
            Layers = Value(root, "layers_to_transform") switch
            {
                null => null,
                { ValueKind: JsonValueKind.Number } one => [one.GetInt64()],
                { } many => [.. many.EnumerateArray().Select(layer => layer.GetInt64())],
            },
            LayersPattern = Words(Value(root, "layers_pattern")),
            ModulesToSave = SavedModules(root),
            BaseModel = Value(root, "base_model_name_or_path")?.GetString(),
            Revision = Value(root, "revision")?.GetString(),
        };
        if (config.Rank < 1 || config.RankPattern.Any(entry => entry.Value < 1))
        {
            throw new AdapterException($"{place}: r is {config.Rank}; ranks, also those of rank_pattern, must be 1 or more.");
        }

        if (config.Targets is null)
        {
            throw new AdapterException(
                $"{place}: target_modules is not set; it must list the adapted modules, such as query, key, value, attention.output.dense."
            );
        }

        return config;
    }

    private static IReadOnlyList<string> SavedModules(JsonElement root)
    {
        var saved = Words(Value(root, "modules_to_save"));
        // PEFT adds these two by itself for sequence classification
        return Value(root, "task_type")?.GetString() == "SEQ_CLS" ? [.. saved, "classifier", "score"] : saved;
    }

    private static JsonElement? Value(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string[] Words(JsonElement? value) =>
        value switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { } many => [.. many.EnumerateArray().Select(word => word.GetString()!)],
        };

    private static KeyValuePair<string, double>[] Patterns(JsonElement root, string name) =>
        Value(root, name) is { } patterns
            ? [.. patterns.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, entry.Value.GetDouble()))]
            : [];

    private static double? Pick(IReadOnlyList<KeyValuePair<string, double>> patterns, IReadOnlyCollection<string> names)
    {
        foreach (var (key, value) in patterns)
        {
            if (names.Any(name => Regex.IsMatch(name, $"^(.*\\.)?({key})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))))
            {
                return value;
            }
        }

        return null;
    }

    private static bool IsLayer(string name, string word, int layer) =>
        Regex.Match(name, $@"^.*\.{word}\.(\d+)\.", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) is { Success: true } match
        && match.Groups[1].Value == $"{layer}";
}
