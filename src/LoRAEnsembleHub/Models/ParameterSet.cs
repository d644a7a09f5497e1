using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>The weights of a base by canonical name: transformers 4 without the model's prefix.</summary>
internal sealed class ParameterSet : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors;

    /// <summary>Takes over tensors that lie outside every dispose scope.</summary>
    public ParameterSet(Dictionary<string, Tensor> tensors)
    {
        this.tensors = tensors;
        var first = tensors.Values.First();
        (Device, Dtype, Count) = (first.device, first.dtype, tensors.Values.Sum(tensor => tensor.numel()));
    }

    public Device Device { get; }

    public ScalarType Dtype { get; }

    /// <summary>Numbers in all tensors.</summary>
    public long Count { get; }

    public IReadOnlyDictionary<string, Tensor> All => tensors;

    public Tensor this[string name] => tensors[name];

    public Tensor? Find(string name) => tensors.GetValueOrDefault(name);

    /// <summary>The projection at a path; without a bias where there is none.</summary>
    public FrozenLinear Linear(string path) => new(this[$"{path}.weight"], Find($"{path}.bias"));

    /// <summary>The layer norm at a path.</summary>
    public LayerNorm LayerNorm(string path, double eps) => new(this[$"{path}.weight"], this[$"{path}.bias"], eps);

    /// <summary>The same weights with some replaced or added and some left out; everything else is shared, not copied.</summary>
    /// <param name="changed">Tensors outside every scope, handed over.</param>
    /// <param name="dropped">Names to leave out.</param>
    public ParameterSet With(IReadOnlyDictionary<string, Tensor> changed, IReadOnlyCollection<string> dropped)
    {
        var next = tensors
            .Where(entry => !changed.ContainsKey(entry.Key) && !dropped.Contains(entry.Key))
            .ToDictionary(entry => entry.Key, entry => entry.Value.alias().DetachFromDisposeScope(), StringComparer.Ordinal);
        foreach (var (name, tensor) in changed)
        {
            next.Add(name, tensor);
        }

        return new ParameterSet(next);
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }

        tensors.Clear();
    }
}
