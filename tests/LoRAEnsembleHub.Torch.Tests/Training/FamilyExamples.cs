using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Noise that tells the class, in the form of the inputs of a golden AST or BERT; texts are of several lengths and padded.</summary>
internal sealed class FamilyExamples(ModelConfig config, int count = 24) : LabeledExamples
{
    private const int Classes = 3;

    public override string Name => "noise around class means";

    public override int Count => count;

    public override IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, Classes).Select(index => $"class {index}")];

    public override int Label(int index) => index % Classes;

    public override string Source(int index) => $"noise#{index}";

    public override int Length(int index) => config.Modality == Modality.Text ? 4 + (index % 5) : 0;

    public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch) =>
        config.Modality == Modality.Text ? Texts(indices) : Sounds(indices, (AstConfig)config);

    private IReadOnlyList<InputArray> Sounds(ReadOnlySpan<int> indices, AstConfig ast)
    {
        var size = ast.MaxLength * ast.NumMelBins;
        var values = new float[indices.Length * size];
        for (var i = 0; i < indices.Length; i++)
        {
            var random = new SeededRandom(5, indices[i]);
            for (var j = 0; j < size; j++)
            {
                // each class sounds in bands of its own
                values[(i * size) + j] = (float)(
                    (0.5 * random.NextGaussian()) + (j % ast.NumMelBins % Classes == Label(indices[i]) ? 1 : -1)
                );
            }
        }

        return [new NumberArray("input_values", [indices.Length, ast.MaxLength, ast.NumMelBins], values)];
    }

    private IReadOnlyList<InputArray> Texts(ReadOnlySpan<int> indices)
    {
        var longest = 0;
        foreach (var index in indices)
        {
            longest = Math.Max(longest, Length(index));
        }

        var (ids, mask) = (new long[indices.Length * longest], new long[indices.Length * longest]);
        for (var i = 0; i < indices.Length; i++)
        {
            var random = new SeededRandom(5, indices[i]);
            for (var j = 0; j < Length(indices[i]); j++)
            {
                // the first token opens every text; each class has words of its own
                ids[(i * longest) + j] = j == 0 ? 1 : 10 + (20 * Label(indices[i])) + (long)random.NextUniform(0, 2);
                mask[(i * longest) + j] = 1;
            }
        }

        long[] shape = [indices.Length, longest];
        return [new IndexArray("input_ids", shape, ids), new IndexArray("attention_mask", shape, mask)];
    }
}
