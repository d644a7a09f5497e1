using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>What a run learns: parameters by name, how a batch moves them, and what becomes of them at the end.</summary>
internal abstract class TrainableSystem : IDisposable
{
    private readonly SortedDictionary<string, Tensor> parameters;

    /// <summary>Takes parameters over; each must lie outside every scope and ask for its gradient.</summary>
    private protected TrainableSystem(SortedDictionary<string, Tensor> parameters) => this.parameters = parameters;

    /// <summary>Every parameter by name, in a fixed order.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => parameters;

    /// <summary>The loss of a batch and its gradients.</summary>
    /// <returns>Gradients by name in the current scope; parameters that are not moved have none.</returns>
    public abstract Gradients Learn(TrainingBatch batch);

    /// <summary>Gradients by whose they are: lists of tensors with a leading axis, each place of which belongs to another member.</summary>
    /// <returns>The tensors themselves or views of them, in the current scope.</returns>
    public abstract IReadOnlyList<IReadOnlyList<Tensor>> ByOwner(IReadOnlyDictionary<string, Tensor> gradients);

    /// <summary>Told of every update once it is made.</summary>
    /// <param name="step">Updates made so far.</param>
    public abstract void Updated(int step);

    /// <summary>What else a checkpoint must hold after so many updates: tensors to be written, or to be read into.</summary>
    public abstract IEnumerable<KeyValuePair<string, Tensor>> Kept(int step);

    /// <summary>The system as it is now, ready to predict and to be written.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="route">How its products are computed.</param>
    /// <returns>The caller disposes it. Whole networks share the memory of what is trained, so training must not go on while they are in use.</returns>
    public abstract EnsembleSystem ToSystem(string name, ProductRoute route);

    /// <summary>Takes given values, such as those of a checkpoint.</summary>
    /// <exception cref="TrainingException">A value is missing or of another shape.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> values)
    {
        foreach (var (name, parameter) in parameters)
        {
            if (!values.TryGetValue(name, out var value) || !value.shape.SequenceEqual(parameter.shape))
            {
                throw new TrainingException(
                    $"{name} is {(value is null ? "missing" : $"[{string.Join(", ", value.shape)}]")}; needed is [{string.Join(", ", parameter.shape)}]."
                );
            }
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            parameter.copy_(values[name]);
        }
    }

    public abstract void Dispose();

    private protected void DisposeParameters()
    {
        foreach (var parameter in parameters.Values)
        {
            parameter.Dispose();
        }
    }

    /// <summary>Makes values into parameters.</summary>
    private protected static SortedDictionary<string, Tensor> Learned(IEnumerable<KeyValuePair<string, Tensor>> values, Device device)
    {
        var learned = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            learned.Add(name, value.to(device).detach().requires_grad_().DetachFromDisposeScope());
        }

        return learned;
    }
}

/// <summary>What one update learns from.</summary>
/// <param name="Inputs">By transformers' names, batch first.</param>
/// <param name="Labels">[batch], whole numbers.</param>
/// <param name="ClassWeights">[classes], or null.</param>
/// <param name="Step">Updates made so far.</param>
/// <param name="Dropout">Draws the masks of the base's own dropout.</param>
/// <param name="Route">How products are computed.</param>
internal sealed record TrainingBatch(
    IReadOnlyDictionary<string, Tensor> Inputs,
    Tensor Labels,
    Tensor? ClassWeights,
    int Step,
    Generator Dropout,
    ProductRoute Route
);

/// <summary>The loss of a batch and what it says of the parameters.</summary>
/// <param name="Loss">The members' losses as one number.</param>
/// <param name="ByName">Gradients by the names of their parameters.</param>
internal sealed record Gradients(double Loss, IReadOnlyDictionary<string, Tensor> ByName)
{
    /// <summary>The members that the update moves; null for all.</summary>
    public IReadOnlyList<int>? Members { get; init; }

    /// <summary>The loss of every member by itself, null for those that sit out; null as a whole where one network is trained.</summary>
    public IReadOnlyList<double?>? MemberLosses { get; init; }
}
