using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Training;

public sealed class AdamOptimizerTests
{
    private static readonly double[] starts = [0.5, -1.25, 3];

    private static readonly double[][] gradients =
    [
        [0.1, -2, 0],
        [0.3, 1, 1e-4],
        [-0.2, 0.5, -7],
        [0, 0, 0.25],
    ];

    [Theory]
    [InlineData(OptimizerKind.Adam, 0.0)]
    [InlineData(OptimizerKind.Adam, 0.1)]
    [InlineData(OptimizerKind.AdamW, 0.0)]
    [InlineData(OptimizerKind.AdamW, 0.1)]
    public void Steps_follow_the_published_algorithm_number_by_number(OptimizerKind kind, double decay)
    {
        var options = new TrainingOptions
        {
            Optimizer = kind,
            WeightDecay = decay,
            Beta1 = 0.8,
            Beta2 = 0.95,
            Epsilon = 1e-3,
        };
        double[] rates = [0, 0.1, 0.02, 0.05];
        using var parameter = tensor(starts);
        using var optimizer = new AdamOptimizer(new Dictionary<string, Tensor> { ["w"] = parameter }, options);
        for (var step = 1; step <= gradients.Length; step++)
        {
            using var gradient = tensor(gradients[step - 1]);
            optimizer.Step(new Dictionary<string, Tensor> { ["w"] = gradient }, rates[step - 1], step);
        }

        var stepped = parameter.data<double>().ToArray();
        for (var index = 0; index < starts.Length; index++)
        {
            Assert.Equal(ByHand(index, rates, options), stepped[index], 1e-12);
        }
    }

    /// <summary>Kingma and Ba 2015, algorithm 1, with decay in the gradient; Loshchilov and Hutter 2019, algorithm 2, with decay of the weight.</summary>
    private static double ByHand(int index, double[] rates, TrainingOptions options)
    {
        var (weight, first, second) = (starts[index], 0.0, 0.0);
        for (var step = 1; step <= gradients.Length; step++)
        {
            var (gradient, rate) = (gradients[step - 1][index], rates[step - 1]);
            if (options.Optimizer == OptimizerKind.AdamW)
            {
                weight -= rate * options.WeightDecay * weight;
            }
            else
            {
                gradient += options.WeightDecay * weight;
            }

            first = (options.Beta1 * first) + ((1 - options.Beta1) * gradient);
            second = (options.Beta2 * second) + ((1 - options.Beta2) * gradient * gradient);
            var (firstHat, secondHat) = (first / (1 - Math.Pow(options.Beta1, step)), second / (1 - Math.Pow(options.Beta2, step)));
            weight -= rate * firstHat / (Math.Sqrt(secondHat) + options.Epsilon);
        }

        return weight;
    }
}
