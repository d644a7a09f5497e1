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
    /// <param name="gradients">By parameter name; changed in place. Parameters without one stay as they are.</param>
    /// <param name="rate">Learning rate of this step.</param>
    /// <param name="step">Number of this step, from 1.</param>
    /// <param name="rows">
    /// The members that are moved, each with the number of its own step; null for all. Parameters that members share have another leading axis
    /// and are moved whole.
    /// </param>
    public void Step(
        IReadOnlyDictionary<string, Tensor> gradients,
        double rate,
        int step,
        (int Count, IReadOnlyList<(int Member, int Step)> Moved)? rows = null
    )
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, gradient) in gradients)
        {
            var (parameter, (first, second)) = (parameters[name], moments[name]);
            if (rows is { } some && parameter.size(0) == some.Count)
            {
                foreach (var (member, own) in some.Moved)
                {
                    Move(parameter[member], gradient[member], first[member], second[member], rate, own);
                }
            }
            else
            {
                Move(parameter, gradient, first, second, rate, step);
            }
        }
    }

    private void Move(Tensor parameter, Tensor gradient, Tensor first, Tensor second, double rate, int step)
    {
        using var scope = NewDisposeScope();
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

        first.mul_(options.Beta1).add_(gradient, 1 - options.Beta1);
        second.mul_(options.Beta2).addcmul_(gradient, gradient, 1 - options.Beta2);
        var denominator = second.sqrt().div_(Math.Sqrt(1 - Math.Pow(options.Beta2, step))).add_(options.Epsilon);
        parameter.addcdiv_(first, denominator, -rate / (1 - Math.Pow(options.Beta1, step)));
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
