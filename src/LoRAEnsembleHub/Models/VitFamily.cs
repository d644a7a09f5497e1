namespace LoRAEnsembleHub.Models;

/// <summary>Vision transformers: ViT and DeiT, also in the spelling of timm.</summary>
internal sealed class VitFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes => VitConfig.ModelTypes;

    public override Modality Modality => Modality.Image;

    public override bool HasTwoSpellings => true;

    /// <summary>A config without a type may be timm's.</summary>
    public override bool Reads(string? modelType) => modelType is null or TimmConfig.WrapperType || ModelTypes.Contains(modelType);

    public override ModelLayout Read(string json, string place) => new VitLayout(VitConfig.Parse(json, place));

    public override ModelLayout? Smallest(AdaptedSizes sizes, Func<string, bool> mentions) =>
        new VitLayout(
            new VitConfig
            {
                ModelType = mentions(".deit.") || mentions("distillation_classifier") ? "deit" : "vit",
                NumHiddenLayers = sizes.Layers,
                HiddenSize = sizes.Hidden,
                IntermediateSize = sizes.Intermediate,
            }
        );
}
