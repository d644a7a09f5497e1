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

    public IReadOnlyList<KeyValuePair<Regex, double>> RankPattern { get; private init; } = [];

    public IReadOnlyList<KeyValuePair<Regex, double>> AlphaPattern { get; private init; } = [];

    public ModulePattern? Targets { get; private init; }

    public ModulePattern? Excluded { get; private init; }

    /// <summary>The adapted blocks, or null for all.</summary>
    public IReadOnlyList<long>? Layers { get; private init; }

    public IReadOnlyList<Regex> LayersPattern { get; private init; } = [];

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
                && (LayersPattern.Count == 0 || LayersPattern.Any(pattern => names.Any(name => pattern.IsMatch(name))))
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
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Read(document.RootElement, place);
        }
        catch (JsonException e)
        {
            throw new AdapterException($"{place} is not a PEFT adapter config: {e.Message}", e) { IsIntegrity = true };
        }
    }

    private static PeftConfig Read(JsonElement root, string place)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new AdapterException($"{place} holds {root.ValueKind}; a PEFT adapter config is a JSON object.") { IsIntegrity = true };
        }

        PeftRefusals.Check(root, place);
        var fields = new PeftFields(root, place);
        var config = new PeftConfig
        {
            Rank = fields.Read("r", "a whole number", value => value.GetInt32(), 8),
            Alpha = fields.Read("lora_alpha", "a number", value => value.GetDouble(), 8.0),
            UseRslora = fields.Read("use_rslora", "true or false", value => value.GetBoolean(), false),
            RankPattern = fields.Read("rank_pattern", "regular expressions with ranks", Patterns, []),
            AlphaPattern = fields.Read("alpha_pattern", "regular expressions with numbers", Patterns, []),
            Targets = fields.Read<ModulePattern?>(
                "target_modules",
                "a list of module names or a regular expression",
                ModulePattern.Read,
                null
            ),
            Excluded = fields.Read<ModulePattern?>(
                "exclude_modules",
                "a list of module names or a regular expression",
                ModulePattern.Read,
                null
            ),
            Layers = fields.Read("layers_to_transform", "a whole number or a list of them", Numbers, null),
            LayersPattern = fields.Read("layers_pattern", "a word or a list of words", LayerWords, []),
            ModulesToSave = SavedModules(fields),
            BaseModel = fields.Read<string?>("base_model_name_or_path", "text", value => value.GetString(), null),
            Revision = fields.Read<string?>("revision", "text", value => value.GetString(), null),
        };
        return config.Checked(place);
    }

    private PeftConfig Checked(string place)
    {
        if (Rank < 1 || RankPattern.Any(entry => entry.Value < 1 || entry.Value != Math.Floor(entry.Value)))
        {
            throw new AdapterException($"{place}: r is {Rank}; ranks, also those of rank_pattern, must be whole numbers of 1 or more.");
        }

        var infinite = AlphaPattern.Select(entry => entry.Value).Append(Alpha).Where(alpha => !float.IsFinite((float)alpha)).ToArray();
        if (infinite.Length > 0)
        {
            throw new AdapterException(
                $"{place}: lora_alpha is {infinite[0]}, there or in alpha_pattern; it must be a number that a Float32 can hold, or every update would be infinite."
            );
        }

        if (Targets is null)
        {
            throw new AdapterException(
                $"{place}: target_modules is not set; it must list the adapted modules, such as query, key, value, attention.output.dense."
            );
        }

        if (Targets.IsText && Layers is not null)
        {
            throw new AdapterException(
                $"{place}: layers_to_transform is set and target_modules is a regular expression; PEFT refuses the two together. Name the layers in the expression."
            );
        }

        return LayersPattern.Count == 0 || Layers is not null
            ? this
            : throw new AdapterException($"{place}: layers_pattern is set without layers_to_transform; PEFT refuses that.");
    }

    private static IReadOnlyList<string> SavedModules(PeftFields fields)
    {
        var saved = fields.Read("modules_to_save", "a list of module names", Words, []);
        // PEFT adds these two by itself for sequence classification
        return fields.Read<string?>("task_type", "text", value => value.GetString(), null) == "SEQ_CLS"
            ? [.. saved, "classifier", "score"]
            : saved;
    }

    private static string[] Words(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? [value.GetString()!]
            : [.. value.EnumerateArray().Select(word => word.GetString() ?? throw new FormatException("null is no name"))];

    /// <summary>Of an empty list PEFT takes no notice.</summary>
    private static long[]? Numbers(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? [value.GetInt64()]
        : value.GetArrayLength() == 0 ? null
        : [.. value.EnumerateArray().Select(layer => layer.GetInt64())];

    private static Regex[] LayerWords(JsonElement value) =>
        [.. Words(value).Where(word => word.Length > 0).Select(word => PythonRegex.Compile(word, @"^.*\.(?:{0})\.[0-9]+\."))];

    private static KeyValuePair<Regex, double>[] Patterns(JsonElement value) =>
        [
            .. value
                .EnumerateObject()
                .Select(entry => KeyValuePair.Create(PythonRegex.Compile(entry.Name, @"^(?:.*\.)?(?:{0})$"), entry.Value.GetDouble())),
        ];

    private static double? Pick(IReadOnlyList<KeyValuePair<Regex, double>> patterns, IReadOnlyCollection<string> names)
    {
        foreach (var (pattern, value) in patterns)
        {
            if (names.Any(name => pattern.IsMatch(name)))
            {
                return value;
            }
        }

        return null;
    }
}
