using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Some examples of another set, in a given order.</summary>
internal sealed class ExampleView(LabeledExamples whole, int[] chosen) : LabeledExamples
{
    public override string Name => whole.Name;

    public override int Count => chosen.Length;

    public override IReadOnlyList<string> ClassNames => whole.ClassNames;

    public override string Preparation => $"{whole.Preparation}\n{string.Join(",", chosen)}";

    public override IReadOnlyList<string> Remarks => whole.Remarks;

    public override int Label(int index) => whole.Label(chosen[index]);

    public override string Source(int index) => whole.Source(chosen[index]);

    public override int Length(int index) => whole.Length(chosen[index]);

    public override RgbImage? Picture(int index) => whole.Picture(chosen[index]);

    public override string? Text(int index) => whole.Text(chosen[index]);

    public override IReadOnlyList<string> Facts(int index) => whole.Facts(chosen[index]);

    public override LabeledExamples Corrupted(Corruption corruption) => new ExampleView(whole.Corrupted(corruption), chosen);

    public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
    {
        var mapped = new int[indices.Length];
        for (var i = 0; i < mapped.Length; i++)
        {
            mapped[i] = chosen[indices[i]];
        }

        return whole.Arrays(mapped, epoch);
    }
}
