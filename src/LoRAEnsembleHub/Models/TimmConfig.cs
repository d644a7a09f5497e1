using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Models;

/// <summary>The config.json of a timm repository, as far as it describes a plain ViT or DeiT.</summary>
/// <remarks>
/// timm states an architecture name instead of sizes, and the number of heads cannot be read off the fused weights, so the sizes of
/// timm's named variants stand here (timm, vision_transformer.py and deit.py).
/// </remarks>
internal static partial class TimmConfig
{
    private static readonly Dictionary<string, (int Hidden, int Layers, int Heads)> variants = new(StringComparer.Ordinal)
    {
        ["tiny"] = (192, 12, 3),
        ["small"] = (384, 12, 6),
        ["base"] = (768, 12, 12),
        ["large"] = (1024, 24, 16),
        ["huge"] = (1280, 32, 16),
    };

    /// <summary>Whether a config.json is timm's.</summary>
    public static bool IsTimm(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("architecture", out _) && !root.TryGetProperty("model_type", out _);

    /// <summary>Reads the description.</summary>
    /// <exception cref="ModelException">The architecture is not a plain ViT or DeiT, or an argument changes its mathematics.</exception>
    public static VitConfig Read(JsonElement root, string place)
    {
        var architecture = root.GetProperty("architecture").GetString() ?? "";
        var match = Name().Match(architecture);
        if (!match.Success)
        {
            throw new ModelException(
                $"{place}: the timm architecture is {architecture}; supported are "
                    + "vit_{tiny,small,base,large,huge}_patchP_S, deit_{tiny,small,base}_patchP_S and deit_…_distilled_patchP_S."
            );
        }

        var pretrained = root.TryGetProperty("pretrained_cfg", out var nested) ? nested : root;
        RefuseOther(root, pretrained, place);
        var (hidden, layers, heads) = variants[match.Groups["size"].Value];
        var distilled = match.Groups["distilled"].Success;
        var patch = new ImageExtent(int.Parse(match.Groups["patch"].ValueSpan, null), int.Parse(match.Groups["patch"].ValueSpan, null));
        var image =
            pretrained.TryGetProperty("input_size", out var input) && input.GetArrayLength() == 3
                ? new ImageExtent(input[1].GetInt32(), input[2].GetInt32())
                : new ImageExtent(int.Parse(match.Groups["image"].ValueSpan, null), int.Parse(match.Groups["image"].ValueSpan, null));
        var (ratio, bias, channels) = (4.0, true, 3);
        var classes = root.TryGetProperty("num_classes", out var count) ? count.GetInt32() : 1000;
        if (root.TryGetProperty("model_args", out var arguments) && arguments.ValueKind == JsonValueKind.Object)
        {
            foreach (var argument in arguments.EnumerateObject())
            {
                switch (argument.Name)
                {
                    case "img_size":
                        image = argument.Value.Deserialize<ImageExtent>(ConfigJson.Options);
                        break;
                    case "patch_size":
                        patch = argument.Value.Deserialize<ImageExtent>(ConfigJson.Options);
                        break;
                    case "embed_dim":
                        hidden = argument.Value.GetInt32();
                        break;
                    case "depth":
                        layers = argument.Value.GetInt32();
                        break;
                    case "num_heads":
                        heads = argument.Value.GetInt32();
                        break;
                    case "mlp_ratio":
                        ratio = argument.Value.GetDouble();
                        break;
                    case "qkv_bias":
                        bias = argument.Value.GetBoolean();
                        break;
                    case "in_chans":
                        channels = argument.Value.GetInt32();
                        break;
                    case "num_classes":
                        classes = argument.Value.GetInt32();
                        break;
                    case "drop_rate"
                    or "attn_drop_rate"
                    or "proj_drop_rate"
                    or "pos_drop_rate"
                    or "drop_path_rate"
                    or "weight_init"
                    or "fix_init":
                        break; // training only
                    case "class_token" when argument.Value.ValueKind == JsonValueKind.True:
                        break;
                    case "global_pool" when argument.Value.ValueKind == JsonValueKind.String && argument.Value.GetString() == "token":
                        break;
                    case "qk_norm"
                    or "pre_norm"
                    or "fc_norm"
                    or "no_embed_class"
                    or "dynamic_img_size" when argument.Value.ValueKind is JsonValueKind.False or JsonValueKind.Null:
                        break;
                    default:
                        throw new ModelException(
                            $"{place}: model_args.{argument.Name} is {argument.Value.GetRawText()}; a plain ViT has no such variation and it is not supported."
                        );
                }
            }
        }

        var names = Labels(root, pretrained);
        return new VitConfig
        {
            ModelType = distilled ? "deit" : "vit",
            Architectures =
                classes == 0 ? [distilled ? "DeiTModel" : "ViTModel"]
                : distilled ? ["DeiTForImageClassificationWithTeacher"]
                : ["ViTForImageClassification"],
            HiddenSize = hidden,
            NumHiddenLayers = layers,
            NumAttentionHeads = heads,
            IntermediateSize = (int)(hidden * ratio),
            ImageSize = image,
            PatchSize = patch,
            NumChannels = channels,
            QkvBias = bias,
            LayerNormEps = 1e-6,
            NumLabels = Math.Max(1, classes),
            Id2Label =
                names is not null && names.Length == classes
                    ? names.Index().ToDictionary(pair => $"{pair.Index}", pair => pair.Item)
                    : null,
        };
    }

    private static string[]? Labels(JsonElement root, JsonElement pretrained)
    {
        foreach (
            var (holder, name) in new[] { (root, "label_names"), (root, "labels"), (pretrained, "label_names"), (pretrained, "labels") }
        )
        {
            if (holder.TryGetProperty(name, out var labels) && labels.ValueKind == JsonValueKind.Array)
            {
                return [.. labels.EnumerateArray().Select(label => label.GetString() ?? "")];
            }
        }

        return null;
    }

    private static void RefuseOther(JsonElement root, JsonElement pretrained, string place)
    {
        foreach (var holder in new[] { root, pretrained })
        {
            if (
                holder.TryGetProperty("global_pool", out var pool)
                && pool.ValueKind == JsonValueKind.String
                && pool.GetString() is { } kind
                && kind is not ("token" or "")
            )
            {
                throw new ModelException($"{place}: global_pool is {kind}; only the class token (\"token\") is supported.");
            }
        }
    }

    [GeneratedRegex(
        @"^(vit|deit)_(?<size>tiny|small|base|large|huge)(?<distilled>_distilled)?_patch(?<patch>\d+)_(?<image>\d+)(_in21k)?(\..+)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Name();
}
