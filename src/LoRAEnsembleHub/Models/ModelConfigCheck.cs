using System.Text.Json;
using LoRAEnsembleHub.Models.Blocks;

namespace LoRAEnsembleHub.Models;

/// <summary>Refuses, by name, what a config asks for and no model computes.</summary>
/// <param name="config">The config.</param>
/// <param name="place">Where it comes from, for messages.</param>
internal sealed class ModelConfigCheck(ModelConfig config, string place)
{
    // Far more than any model has.
    private const int MostLayers = 1000;
    private const int MostClasses = 1_000_000;

    /// <summary>Fields of the common config class that transformers writes and that do not touch an encoder's mathematics.</summary>
    private static readonly HashSet<string> harmless = new(StringComparer.Ordinal)
    {
        "_name_or_path",
        "_attn_implementation_autoset",
        "_commit_hash",
        "_num_labels",
        "dtype",
        "torch_dtype",
        "transformers_version",
        "transformers.js_config",
        "finetuning_task",
        "task_specific_params",
        "output_attentions",
        "output_hidden_states",
        "return_dict",
        "use_cache",
        "chunk_size_feed_forward",
        "tie_word_embeddings",
        "name_or_path",
        "license",
        "language",
        "bos_token_id",
        "eos_token_id",
        "sep_token_id",
        "gradient_checkpointing",
    };

    /// <summary>Names of fields that were neither known nor known to be harmless.</summary>
    public static IReadOnlyList<string> Unknown(ModelConfig config) =>
        [.. (config.Other?.Keys ?? Enumerable.Empty<string>()).Where(name => !harmless.Contains(name)).Order(StringComparer.Ordinal)];

    /// <summary>Refuses a field that does not hold what is needed.</summary>
    /// <exception cref="ModelException">It does not.</exception>
    public void Need(bool holds, string field, object? found, string needed)
    {
        if (!holds)
        {
            throw new ModelException($"{place}: {field} is {found ?? "null"}; {needed}.");
        }
    }

    /// <summary>Refuses a field that counts something when it is below 1.</summary>
    public void NeedOneOrMore(string field, int found) => Need(found >= 1, field, found, "it must be 1 or more");

    /// <summary>Refuses a field that counts something when it is below 1, or so large that a list of so many would fill the memory.</summary>
    public void NeedCount(string field, int found, int most) =>
        Need(found >= 1 && found <= most, field, found, $"it must be in 1 to {most}");

    /// <summary>Refuses a probability outside [0, 1).</summary>
    public void NeedDropout(string field, double? found) => Need(found is null or (>= 0 and < 1), field, found, "it must be in [0, 1)");

    /// <summary>Checks what all families share.</summary>
    /// <param name="modelTypes">The types of the family.</param>
    /// <param name="classes">transformers' classes of the family whose weights can be read.</param>
    public void Shared(IReadOnlyCollection<string> modelTypes, IReadOnlyCollection<string> classes)
    {
        Need(modelTypes.Contains(config.ModelType), "model_type", config.ModelType, $"needed is {string.Join(" or ", modelTypes)}");
        NeedOneOrMore("hidden_size", config.HiddenSize);
        NeedCount("num_hidden_layers", config.NumHiddenLayers, MostLayers);
        NeedOneOrMore("intermediate_size", config.IntermediateSize);
        Need(
            config.NumAttentionHeads >= 1 && config.HiddenSize % config.NumAttentionHeads == 0,
            "num_attention_heads",
            config.NumAttentionHeads,
            $"it must divide hidden_size ({config.HiddenSize})"
        );
        Need(Activation.IsKnown(config.HiddenAct), "hidden_act", config.HiddenAct, $"known are {Activation.KnownNames}");
        Need(config.LayerNormEps is null or > 0, "layer_norm_eps", config.LayerNormEps, "it must be above 0");
        NeedDropout("hidden_dropout_prob", config.HiddenDropoutProb);
        NeedDropout("attention_probs_dropout_prob", config.AttentionProbsDropoutProb);
        Labels();
        foreach (var architecture in config.Architectures ?? [])
        {
            Need(classes.Contains(architecture), "architectures", architecture, $"known are {string.Join(", ", classes)}");
        }

        Other();
    }

    private void Labels()
    {
        NeedCount(config.Id2Label is null ? "num_labels" : "id2label", config.Classes, MostClasses);
        if (config.Id2Label is not { } labels)
        {
            return;
        }

        for (var index = 0; index < labels.Count; index++)
        {
            Need(
                labels.ContainsKey($"{index}"),
                "id2label",
                $"without an entry \"{index}\"",
                $"its {labels.Count} keys must be 0 to {labels.Count - 1}"
            );
            Need(labels[$"{index}"] is not null, $"id2label[\"{index}\"]", null, "every class needs a name");
        }
    }

    private void Other()
    {
        if (config.Other is not { } other)
        {
            return;
        }

        if (other.TryGetValue("pruned_heads", out var pruned) && pruned.ValueKind == JsonValueKind.Object && pruned.EnumerateObject().Any())
        {
            throw new ModelException($"{place}: pruned_heads is not empty; models with pruned attention heads are not supported.");
        }

        if (other.TryGetValue("quantization_config", out var quantization) && quantization.ValueKind != JsonValueKind.Null)
        {
            throw new ModelException(
                $"{place}: quantization_config is set; quantized weights are not supported. Use the float checkpoint of the same model."
            );
        }
    }
}
