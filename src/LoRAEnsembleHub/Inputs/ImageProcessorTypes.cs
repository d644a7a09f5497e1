namespace LoRAEnsembleHub.Inputs;

/// <summary>The names under which transformers stores the processors of ViT and DeiT.</summary>
internal static class ImageProcessorTypes
{
    public const string Vit = "ViTImageProcessor";
    public const string Deit = "DeiTImageProcessor";

    public static bool IsKnown(string type) => type is Vit or Deit;

    /// <summary>The name without its back-end, or null where it is not one of the two families.</summary>
    public static string? Family(string type) =>
        type switch
        {
            "ViTImageProcessor" or "ViTImageProcessorFast" or "ViTImageProcessorPil" or "ViTFeatureExtractor" => Vit,
            "DeiTImageProcessor" or "DeiTImageProcessorFast" or "DeiTImageProcessorPil" or "DeiTFeatureExtractor" => Deit,
            _ => null,
        };

    /// <summary>The family that the <c>config.json</c> beside a processor's file is for, or null where there is none or it is for another.</summary>
    public static string? Beside(string file)
    {
        var model = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "config.json");
        return !File.Exists(model) || Path.GetFullPath(file) == model
            ? null
            : JsonFields.Parse(JsonFields.ReadFile(model), model).Text("model_type") switch
            {
                "vit" => Vit,
                "deit" => Deit,
                _ => null,
            };
    }
}
