using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Benchmarks.Subjects;

/// <summary>Pictures of noise in ten classes, as tensors already: what a training step costs without decoding.</summary>
/// <param name="count">How many.</param>
internal sealed class RandomPictures(int count) : LabeledExamples
{
    private const int Classes = 10;
    private const int Numbers = 3 * RandomVit.Pixels * RandomVit.Pixels;

    private readonly float[] values = Draw(count);

    public override string Name => "noise";

    public override int Count => count;

    public override IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, Classes).Select(index => $"class {index}")];

    public override int Label(int index) => index % Classes;

    public override string Source(int index) => $"{Name}#{index}";

    public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
    {
        var batch = new float[indices.Length * Numbers];
        for (var i = 0; i < indices.Length; i++)
        {
            values.AsSpan(indices[i] * Numbers, Numbers).CopyTo(batch.AsSpan(i * Numbers));
        }

        return [new NumberArray("pixel_values", [indices.Length, 3, RandomVit.Pixels, RandomVit.Pixels], batch)];
    }

    private static float[] Draw(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count * Numbers).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
