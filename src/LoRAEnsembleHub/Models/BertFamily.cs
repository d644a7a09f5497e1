namespace LoRAEnsembleHub.Models;

/// <summary>BERT.</summary>
internal sealed class BertFamily : ModelFamily
{
    public override IReadOnlyList<string> ModelTypes { get; } = [BertConfig.TypeName];

    public override Modality Modality => Modality.Text;

    public override bool HasTwoSpellings => false;

    public override bool Reads(string? modelType) => modelType == BertConfig.TypeName;

    public override ModelLayout Read(string json, string place) => new BertLayout(BertConfig.Parse(json, place));

    public override ModelLayout? Smallest(AdaptedSizes sizes, Func<string, bool> mentions) =>
        mentions(".bert.") || mentions(".attention.self.")
            ? new BertLayout(
                new BertConfig
                {
                    NumHiddenLayers = sizes.Layers,
                    HiddenSize = sizes.Hidden,
                    IntermediateSize = sizes.Intermediate,
                }
            )
            : null;
}
