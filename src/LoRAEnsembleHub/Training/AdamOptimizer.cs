using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>Adam, and AdamW, with a state that can be written down and taken up again exactly.</summary>
/// <remarks>Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2; the order of operations is that of torch.optim.</remarks>
internal sealed class AdamOptimizer : IDisposable
{
    private readonly TrainingOptions options;
    private readonly IReadOnlyDictionary<string, Tensor> parameters;
    private readonly Dictionary<string, (Tensor First, Tensor Second)> moments;

    public AdamOptimizer(IReadOnlyDictionary<string, Tensor> parameters, TrainingOptions options)
    {
        (this.parameters, this.options) = (parameters, options);
        moments = parameters.ToDictionary(
            entry => entry.Key,
            entry => (zeros_like(entry.Value).detach().DetachFromDisposeScope(), zeros_like(entry.Value).detach().DetachFromDisposeScope()),
            StringComparer.Ordinal
        );
    }

    /// <summary>The moments by parameter name.</summary>
    public IReadOnlyDictionary<string, (Tensor First, Tensor Second)> Moments => moments;

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">By parameter name; changed in place.</param>
    /// <param name="rate">Learning rate of this step.</param>
    /// <param name="step">Number of this step, from 1.</param>
    public void Step(IReadOnlyDictionary<string, Tensor> gradients, double rate, int step)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var firstCorrection = 1 - Math.Pow(options.Beta1, step);
        var secondCorrection = Math.Sqrt(1 - Math.Pow(options.Beta2, step));
        foreach (var (name, parameter) in parameters)
        {
            var gradient = gradients[name];
            if (options.WeightDecay > 0)
            {
                if (options.Optimizer == OptimizerKind.AdamW)
                {
                    parameter.mul_(1 - (rate * options.WeightDecay));
                }
                else
                {
                    gradient.add_(parameter, options.WeightDecay);
                }
            }

            var (first, second) = moments[name];
            first.mul_(options.Beta1).add_(gradient, 1 - options.Beta1);
            second.mul_(options.Beta2).addcmul_(gradient, gradient, 1 - options.Beta2);
            var denominator = second.sqrt().div_(secondCorrection).add_(options.Epsilon);
            parameter.addcdiv_(first, denominator, -rate / firstCorrection);
        }
    }

    public void Dispose()
    {
        foreach (var (first, second) in moments.Values)
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
