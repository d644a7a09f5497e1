using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>The weights of a base by canonical name: transformers 4 without the model's prefix.</summary>
internal sealed class ParameterSet : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors;
    private readonly Device device;
    private readonly ScalarType dtype;
    private volatile bool isDisposed;

    /// <summary>Takes over tensors that lie outside every dispose scope.</summary>
    public ParameterSet(Dictionary<string, Tensor> tensors)
    {
        this.tensors = tensors;
        var first = tensors.Values.First();
        (device, dtype, Count) = (first.device, first.dtype, tensors.Values.Sum(tensor => tensor.numel()));
    }

    public Device Device => Alive.device;

    public ScalarType Dtype => Alive.dtype;

    /// <summary>Numbers in all tensors.</summary>
    public long Count { get; }

    public IReadOnlyDictionary<string, Tensor> All => Alive.tensors;

    // Whoever asks a model for anything after it was disposed is told so, instead of finding no weights.
    private ParameterSet Alive
    {
        get
        {
            ObjectDisposedException.ThrowIf(isDisposed, typeof(PretrainedModel));
            return this;
        }
    }

    public Tensor this[string name] => Alive.tensors[name];

    public Tensor? Find(string name) => Alive.tensors.GetValueOrDefault(name);

    /// <summary>The projection at a path; without a bias where there is none.</summary>
    public FrozenLinear Linear(string path) => new(this[$"{path}.weight"], Find($"{path}.bias"));

    /// <summary>The layer norm at a path.</summary>
    public LayerNorm LayerNorm(string path, double eps) => new(this[$"{path}.weight"], this[$"{path}.bias"], eps);

    /// <summary>The same weights with some replaced or added and some left out; everything else is shared, not copied.</summary>
    /// <param name="changed">Tensors outside every scope, handed over.</param>
    /// <param name="dropped">Names to leave out.</param>
    public ParameterSet With(IReadOnlyDictionary<string, Tensor> changed, IReadOnlyCollection<string> dropped)
    {
        var next = All.Where(entry => !changed.ContainsKey(entry.Key) && !dropped.Contains(entry.Key))
            .ToDictionary(entry => entry.Key, entry => entry.Value.alias().DetachFromDisposeScope(), StringComparer.Ordinal);
        foreach (var (name, tensor) in changed)
        {
            next.Add(name, tensor);
        }

        return new ParameterSet(next);
    }

    public void Dispose()
    {
        isDisposed = true;
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }

        tensors.Clear();
    }
}
