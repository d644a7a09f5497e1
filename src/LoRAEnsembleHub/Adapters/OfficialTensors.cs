using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The tensors of a checkpoint of the official LoRA-Ensemble code, by torch.save or as safetensors; every one must be accounted for.</summary>
internal sealed class OfficialTensors : IDisposable
{
    private readonly IReadOnlyDictionary<string, Tensor> tensors;
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    private OfficialTensors(string path, IReadOnlyDictionary<string, Tensor> tensors) => (Path, this.tensors) = (path, tensors);

    /// <summary>Where they come from, for messages.</summary>
    public string Path { get; }

    /// <summary>Reads a whole file; nothing of a pickle is run.</summary>
    /// <exception cref="TorchFileException">A file of torch.save is malformed or refers to something foreign.</exception>
    /// <exception cref="SafetensorsException">A safetensors file is malformed.</exception>
    public static OfficialTensors Read(string path)
    {
        NativeTorch.EnsureLoaded();
        var read = StoredWeights.IsArchive(path) ? TensorFile.ReadTorch(path) : TensorFile.Read(path);
        var wrapper = NameTable.Default.WrapperOf([.. read.Keys]); // such as module. of DataParallel
        return new OfficialTensors(path, read.ToDictionary(entry => entry.Key[wrapper.Length..], entry => entry.Value));
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Has(string name) => tensors.ContainsKey(name);

    /// <summary>The size of one dimension of a tensor; 0 where there is none.</summary>
    /// <exception cref="AdapterException">There is no such tensor.</exception>
    public long SizeOf(string name, int dimension) => Find(name).dim() > dimension ? Find(name).size(dimension) : 0;

    /// <summary>A tensor of a given shape with finite numbers, as Float32 in the current scope; not a copy where it is stored so.</summary>
    /// <exception cref="AdapterException">It is missing, of another shape or type, or not finite.</exception>
    public Tensor Take(string name, params long[] shape)
    {
        var tensor = Find(name);
        if (!tensor.shape.SequenceEqual(shape) || shape.Contains(0) || !tensor.is_floating_point())
        {
            throw new AdapterException(
                $"{Path}: {name} is {tensor.dtype} [{string.Join(", ", tensor.shape)}]; needed are floating-point numbers [{string.Join(", ", shape)}], none of them 0."
            );
        }

        if (!tensor.isfinite().all().item<bool>())
        {
            throw new AdapterException($"{Path}: {name} holds NaN or infinite numbers; the file is damaged or its training diverged.");
        }

        taken.Add(name);
        return tensor.to(ScalarType.Float32);
    }

    /// <summary>The update of one projection of all members, in the current scope; A and B are stacked by members.</summary>
    /// <exception cref="AdapterException">A factor is missing or does not fit.</exception>
    public SiteFactors TakeFactors(string down, string up, long members, AdapterSite site)
    {
        var rank = SizeOf(down, 1);
        return SiteFactors.Plain(Take(down, members, rank, site.In), Take(up, members, site.Out, rank));
    }

    /// <summary>Refuses a file with tensors that were not taken.</summary>
    /// <param name="ignorable">Names that may be there for nothing.</param>
    /// <exception cref="AdapterException">There is one.</exception>
    public void RefuseRest(Func<string, bool>? ignorable = null)
    {
        if (tensors.Keys.FirstOrDefault(name => !taken.Contains(name) && !(ignorable?.Invoke(name) ?? false)) is { } unknown)
        {
            throw new AdapterException(
                $"{Path} holds {unknown}, which belongs to no update and no head of this base; nothing here computes with it."
            );
        }
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private Tensor Find(string name) =>
        tensors.GetValueOrDefault(name) ?? throw new AdapterException($"{Path} has no {name}; a checkpoint for this base needs it.");
}
