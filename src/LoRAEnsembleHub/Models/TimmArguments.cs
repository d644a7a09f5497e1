using System.Text.Json;

namespace LoRAEnsembleHub.Models;

/// <summary>The model_args of a timm config: what timm's VisionTransformer was made with beyond its architecture's defaults.</summary>
/// <remarks>timm, vision_transformer.py, the arguments of VisionTransformer.</remarks>
internal static class TimmArguments
{
    /// <summary>Arguments of variations that are not computed here, with the values, as JSON, that leave a plain ViT.</summary>
    private static readonly Dictionary<string, string[]> plain = new(StringComparer.Ordinal)
    {
        ["class_token"] = ["true"],
        ["global_pool"] = ["\"token\""],
        ["pos_embed"] = ["\"learn\""],
        ["final_norm"] = ["true"],
        ["proj_bias"] = ["true"],
        ["no_embed_class"] = ["false", "null"],
        ["reg_tokens"] = ["0", "null"],
        ["init_values"] = ["null"],
        ["fc_norm"] = ["false", "null"],
        ["pre_norm"] = ["false", "null"],
        ["qk_norm"] = ["false", "null"],
        ["scale_attn_norm"] = ["false", "null"],
        ["scale_mlp_norm"] = ["false", "null"],
        ["dynamic_img_pad"] = ["false", "null"],
        ["norm_layer"] = ["null"],
        ["embed_norm_layer"] = ["null"],
        ["act_layer"] = ["null"],
        // how images of another size are let in; at the model's own size it changes nothing
        ["dynamic_img_size"] = ["false", "true", "null"],
        ["strict_img_size"] = ["false", "true", "null"],
    };

    private static readonly HashSet<string> trainingOnly = new(StringComparer.Ordinal)
    {
        "drop_rate",
        "attn_drop_rate",
        "proj_drop_rate",
        "pos_drop_rate",
        "patch_drop_rate",
        "drop_path_rate",
        "weight_init",
        "fix_init",
    };

    /// <summary>timm's names of activations, with those of transformers.</summary>
    private static readonly Dictionary<string, string> activations = new(StringComparer.Ordinal)
    {
        ["gelu"] = "gelu",
        ["gelu_tanh"] = "gelu_pytorch_tanh",
        ["quick_gelu"] = "quick_gelu",
        ["relu"] = "relu",
        ["relu6"] = "relu6",
        ["silu"] = "silu",
        ["swish"] = "silu",
        ["mish"] = "mish",
    };

    /// <summary>The config with the arguments in place of the architecture's defaults.</summary>
    /// <exception cref="ModelException">An argument makes it another model than a plain ViT; it is named.</exception>
    public static VitConfig Apply(VitConfig config, JsonElement? arguments, string place)
    {
        var ratio = 4.0;
        foreach (var argument in arguments?.EnumerateObject() ?? default)
        {
            var value = argument.Value;
            switch (argument.Name)
            {
                case "mlp_ratio":
                    ratio = value.GetDouble();
                    break;
                case "act_layer" when value.ValueKind == JsonValueKind.String && activations.TryGetValue(value.GetString()!, out var name):
                    config = config with { HiddenAct = name };
                    break;
                case var name when WithSize(config, name, value) is { } changed:
                    config = changed;
                    break;
                case var name when trainingOnly.Contains(name) || (plain.TryGetValue(name, out var values) && IsOneOf(value, values)):
                    break;
                default:
                    throw new ModelException(
                        $"{place}: model_args.{argument.Name} is {value.GetRawText()}; a plain ViT has no such variation and it is not supported."
                    );
            }
        }

        return config with
        {
            IntermediateSize = (int)(config.HiddenSize * ratio),
        };
    }

    /// <summary>The config with one size replaced, or null when the argument is no size.</summary>
    private static VitConfig? WithSize(VitConfig config, string name, JsonElement value) =>
        name switch
        {
            "img_size" => config with { ImageSize = value.Deserialize<ImageExtent>(ConfigJson.Options) },
            "patch_size" => config with { PatchSize = value.Deserialize<ImageExtent>(ConfigJson.Options) },
            "embed_dim" => config with { HiddenSize = value.GetInt32() },
            "depth" => config with { NumHiddenLayers = value.GetInt32() },
            "num_heads" => config with { NumAttentionHeads = value.GetInt32() },
            "qkv_bias" => config with { QkvBias = value.GetBoolean() },
            "in_chans" => config with { NumChannels = value.GetInt32() },
            "num_classes" => config with { NumLabels = value.GetInt32() },
            _ => null,
        };

    private static bool IsOneOf(JsonElement value, string[] texts) => texts.Contains(value.GetRawText());
}
