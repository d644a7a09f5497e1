namespace LoRAEnsembleHub.Models;

/// <summary>Audio spectrogram transformers.</summary>
internal sealed class AstFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes { get; } = [AstConfig.TypeName];

    public override Modality Modality => Modality.Audio;

    public override bool HasTwoSpellings => true;

    public override bool Reads(string? modelType) => modelType == AstConfig.TypeName;

    public override ModelLayout Read(string json, string place) => new AstLayout(AstConfig.Parse(json, place));

    public override ModelLayout? Smallest(AdaptedSizes sizes, Func<string, bool> mentions) =>
        mentions("audio_spectrogram_transformer.") || mentions(AstLayout.HeadLinear)
            ? new AstLayout(
                new AstConfig
                {
                    NumHiddenLayers = sizes.Layers,
                    HiddenSize = sizes.Hidden,
                    IntermediateSize = sizes.Intermediate,
                }
            )
            : null;
}
