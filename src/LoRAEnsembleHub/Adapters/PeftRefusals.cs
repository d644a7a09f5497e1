using System.Text.Json;

namespace LoRAEnsembleHub.Adapters;

/// <summary>Refuses, by name, adapters that compute something else than W x + b + s B A x.</summary>
internal static class PeftRefusals
{
    /// <summary>Features of PEFT that are off while their field is absent, null, false or empty.</summary>
    private static readonly string[] features =
    [
        "use_dora",
        "lora_bias",
        "use_qalora",
        "fan_in_fan_out",
        "use_bdlora",
        "alora_invocation_tokens",
        "target_parameters",
        "layer_replication",
        "trainable_token_indices",
        "arrow_config",
        "kasa_config",
        "velora_config",
    ];

    private static readonly string[] baseChanging = ["pissa", "corda", "olora", "loftq", "lora_ga"];

    /// <exception cref="AdapterException">A field asks for something that is not computed here.</exception>
    public static void Check(JsonElement root, string place)
    {
        if (!root.TryGetProperty("peft_type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            var other = root.TryGetProperty("config", out _) || root.TryGetProperty("model_type", out _);
            throw new AdapterException(
                $"{place} has no peft_type, so it is not an adapter of PEFT"
                    + (other ? "; it looks like one of the AdapterHub library, which is another format and is not read." : ".")
            );
        }

        if (type.GetString() != "LORA")
        {
            throw new AdapterException($"{place}: peft_type is {type.GetString()}; only LORA is supported.");
        }

        foreach (var name in features)
        {
            if (root.TryGetProperty(name, out var value) && !IsOff(value))
            {
                throw new AdapterException(
                    $"{place}: {name} is {value.GetRawText()}; it changes what the adapter computes and is not supported."
                );
            }
        }

        if (root.TryGetProperty("bias", out var bias) && bias.ValueKind != JsonValueKind.Null && !IsText(bias, "none"))
        {
            throw new AdapterException(
                $"{place}: bias is {bias.GetRawText()}: the adapter changes the base model's biases, which is not supported."
            );
        }

        if (
            root.TryGetProperty("init_lora_weights", out var init)
            && init.ValueKind == JsonValueKind.String
            && baseChanging.Any(name => init.GetString()!.StartsWith(name, StringComparison.OrdinalIgnoreCase))
        )
        {
            throw new AdapterException(
                $"{place}: init_lora_weights is \"{init.GetString()}\", which changed the base model's weights. "
                    + "Convert the adapter with PEFT first (save_pretrained with path_initial_model_for_weight_conversion)."
            );
        }
    }

    private static bool IsOff(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.False
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
        || (value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any());

    private static bool IsText(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.ValueEquals(text);
}
