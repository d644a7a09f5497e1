using LoRAEnsembleHub.Adapters;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The random numbers that members start from. Every member has streams of its own, named by the run's seed plus its number.</summary>
internal static class MemberDraws
{
    private const long HeadStream = 1_000_000;

    /// <summary>Draws every member's slice from the stream (seed + member, index), so a member does not depend on how many there are.</summary>
    /// <param name="shape">[members, …].</param>
    /// <param name="seed">Of the first member.</param>
    /// <param name="index">What is drawn; another index is another stream.</param>
    /// <param name="draws">Makes of a stream what gives one number after the other.</param>
    public static Tensor Fill(long[] shape, long seed, long index, Func<SeededRandom, Func<double>> draws)
    {
        var each = shape[1..].Aggregate(1L, (product, size) => product * size);
        var values = new float[shape[0] * each];
        for (var member = 0; member < shape[0]; member++)
        {
            var next = draws(new SeededRandom(seed + member, index));
            for (var i = 0L; i < each; i++)
            {
                values[(member * each) + i] = (float)next();
            }
        }

        return tensor(values, shape);
    }

    /// <summary>Fresh heads with PyTorch's defaults: linear layers uniform in ± 1/√in, weight and bias alike; layer norms one and zero.</summary>
    /// <param name="head">The model's head.</param>
    /// <param name="members">How many heads.</param>
    /// <param name="classes">Classes of each.</param>
    /// <param name="seed">Of the first member.</param>
    /// <returns>[members, …] by name.</returns>
    public static Dictionary<string, Tensor> Heads(HeadLayout head, int members, int classes, long seed) =>
        head
            .Parameters.Index()
            .ToDictionary(
                entry => entry.Item.Name,
                entry =>
                    Head(entry.Item, [members, .. entry.Item.Shape.Select(size => size < 0 ? classes : size)], head, seed, entry.Index),
                StringComparer.Ordinal
            );

    /// <summary>Normally distributed numbers.</summary>
    public static Func<SeededRandom, Func<double>> Gaussian(double mean = 0, double deviation = 1) =>
        stream =>
        {
            var random = stream;
            return () => mean + (deviation * random.NextGaussian());
        };

    /// <summary>Numbers in ± bound.</summary>
    public static Func<SeededRandom, Func<double>> Uniform(double bound) =>
        stream =>
        {
            var random = stream;
            return () => random.NextUniform(-bound, bound);
        };

    /// <summary>1 or −1.</summary>
    public static Func<SeededRandom, Func<double>> Signs() =>
        stream =>
        {
            var random = stream;
            return () => random.NextInt32(2) == 0 ? 1 : -1;
        };

    private static Tensor Head(HeadParameter parameter, long[] shape, HeadLayout head, long seed, int index)
    {
        var module = parameter.Name[..parameter.Name.LastIndexOf('.')];
        var weight = head.Parameters.First(candidate => candidate.Name == $"{module}.weight");
        return weight.Shape.Count == 1
            ? parameter == weight
                ? ones(shape)
                : zeros(shape)
            : Fill(shape, seed, HeadStream + index, Uniform(1.0 / Math.Sqrt(weight.Shape[1])));
    }
}
