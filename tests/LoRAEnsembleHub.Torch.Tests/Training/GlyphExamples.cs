using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Noise around one mean per class: quick to make and quick to learn, for the 32 × 32 golden ViT.</summary>
internal sealed class GlyphExamples(int count = 24, int classes = 3, bool notFinite = false) : LabeledExamples
{
    public override string Name => "noise around class means";

    public override int Count => count;

    public override IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, classes).Select(index => $"class {index}")];

    public override int Label(int index) => index % classes;

    public override string Source(int index) => $"noise#{index}";

    public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
    {
        var values = new float[indices.Length * 3 * 32 * 32];
        for (var i = 0; i < indices.Length; i++)
        {
            var random = new SeededRandom(5, indices[i]);
            for (var j = 0; j < 3 * 32 * 32; j++)
            {
                values[(i * 3 * 32 * 32) + j] = notFinite
                    ? float.NaN
                    : (float)((0.5 * random.NextGaussian()) + (j % classes == Label(indices[i]) ? 1 : -1));
            }
        }

        return [new NumberArray("pixel_values", [indices.Length, 3, 32, 32], values)];
    }
}
