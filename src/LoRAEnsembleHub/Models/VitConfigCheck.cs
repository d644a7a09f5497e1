using System.Text.Json;
using LoRAEnsembleHub.Models.Blocks;

namespace LoRAEnsembleHub.Models;

/// <summary>Refuses, by name, what a ViT config asks for and the model does not compute.</summary>
internal static class VitConfigCheck
{
    private static readonly string[] heads =
    [
        "ViTForImageClassification",
        "ViTModel",
        "ViTForMaskedImageModeling",
        "DeiTForImageClassification",
        "DeiTForImageClassificationWithTeacher",
        "DeiTModel",
        "DeiTForMaskedImageModeling",
    ];

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
    };

    public static VitConfig Checked(VitConfig config, string place)
    {
        void Need(bool holds, string field, object? found, string needed)
        {
            if (!holds)
            {
                throw new ModelException($"{place}: {field} is {found ?? "null"}; {needed}.");
            }
        }

        Need(config.ModelType is "vit" or "deit", "model_type", config.ModelType, "vit and deit are the image models that can be loaded");
        Need(config.HiddenSize >= 1, "hidden_size", config.HiddenSize, "it must be 1 or more");
        Need(config.NumHiddenLayers >= 1, "num_hidden_layers", config.NumHiddenLayers, "it must be 1 or more");
        Need(config.IntermediateSize >= 1, "intermediate_size", config.IntermediateSize, "it must be 1 or more");
        Need(config.NumChannels >= 1, "num_channels", config.NumChannels, "it must be 1 or more");
        Need(
            config.NumAttentionHeads >= 1 && config.HiddenSize % config.NumAttentionHeads == 0,
            "num_attention_heads",
            config.NumAttentionHeads,
            $"it must divide hidden_size ({config.HiddenSize})"
        );
        Need(Activation.IsKnown(config.HiddenAct), "hidden_act", config.HiddenAct, $"known are {Activation.KnownNames}");
        Need(Activation.IsKnown(config.PoolerAct), "pooler_act", config.PoolerAct, $"known are {Activation.KnownNames}");
        Need(config.LayerNormEps is null or > 0, "layer_norm_eps", config.LayerNormEps, "it must be above 0");
        Need(config.HiddenDropoutProb is >= 0 and < 1, "hidden_dropout_prob", config.HiddenDropoutProb, "it must be in [0, 1)");
        Need(
            config.AttentionProbsDropoutProb is >= 0 and < 1,
            "attention_probs_dropout_prob",
            config.AttentionProbsDropoutProb,
            "it must be in [0, 1)"
        );
        Need(
            config.PatchSize is { Height: >= 1, Width: >= 1 } && config.PatchGrid is { Height: >= 1, Width: >= 1 },
            "patch_size",
            config.PatchSize,
            $"it must be at least 1 and fit the image_size of {config.ImageSize}"
        );
        Need(config.Classes >= 1, "num_labels", config.Classes, "a head needs 1 or more classes");
        if (config.Id2Label is { } labels)
        {
            for (var index = 0; index < labels.Count; index++)
            {
                Need(
                    labels.ContainsKey(index.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    "id2label",
                    $"without an entry \"{index}\"",
                    $"its {labels.Count} keys must be 0 to {labels.Count - 1}"
                );
                Need(labels[$"{index}"] is not null, $"id2label[\"{index}\"]", null, "every class needs a name");
            }
        }

        foreach (var architecture in config.Architectures ?? [])
        {
            Need(heads.Contains(architecture), "architectures", architecture, $"known are {string.Join(", ", heads)}");
            Need(
                architecture.StartsWith(config.ModelType, StringComparison.OrdinalIgnoreCase),
                "architectures",
                architecture,
                $"model_type is {config.ModelType}, and that class is of another type"
            );
        }

        CheckOther(config.Other, place);
        return config;
    }

    /// <summary>Names of fields that were neither known nor known to be harmless.</summary>
    public static IReadOnlyList<string> Unknown(VitConfig config) =>
        [.. (config.Other?.Keys ?? Enumerable.Empty<string>()).Where(name => !harmless.Contains(name)).Order(StringComparer.Ordinal)];

    private static void CheckOther(Dictionary<string, JsonElement>? other, string place)
    {
        if (other is null)
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
