using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Safetensors;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Weights;

/// <summary>Whole safetensors files as torch tensors.</summary>
public static class TensorFile
{
    /// <summary>Reads tensors into memory of their own, each in the type it is stored in.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="wanted">Which names to read; null reads all.</param>
    /// <returns>CPU tensors by name, outside every dispose scope; the caller disposes them.</returns>
    /// <exception cref="SafetensorsException">The file is malformed.</exception>
    /// <exception cref="WeightsException">A wanted tensor has an element type that torch tensors do not come in here.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path, Func<string, bool>? wanted = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        NativeTorch.EnsureLoaded();
        using var file = SafetensorsFile.Open(path);
        return Copied(file.Tensors.Where(view => wanted is null || wanted(view.Name)), path);
    }

    /// <summary>Reads the tensors of a file by torch.save into memory of their own, running nothing of it.</summary>
    /// <param name="path">A file as <see cref="TorchFile"/> reads them; those of a list are named by their place, from 0.</param>
    /// <returns>CPU tensors by name, outside every dispose scope; the caller disposes them.</returns>
    /// <exception cref="TorchFileException">The file is malformed or refers to something that is not read.</exception>
    /// <exception cref="WeightsException">A tensor has an element type that torch tensors do not come in here.</exception>
    public static IReadOnlyDictionary<string, Tensor> ReadTorch(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        NativeTorch.EnsureLoaded();
        using var file = TorchFile.Open(path);
        return Copied(file.Tensors, path);
    }

    /// <summary>Writes a file aside and renames it; the bytes depend on names, numbers and metadata alone.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Names and tensors of any device; not disposed.</param>
    /// <param name="metadata">Text entries of the header; null writes the usual <c>format</c>: <c>pt</c>.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    /// <exception cref="NotSupportedException">An element type has no safetensors name.</exception>
    public static Task WriteAsync(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default
    ) =>
        SafetensorsWriter.WriteAsync(
            path,
            [.. tensors.Select(entry => ToWrite(entry.Key, entry.Value))],
            metadata ?? new Dictionary<string, string> { ["format"] = "pt" },
            cancellationToken
        );

    private static Dictionary<string, Tensor> Copied(IEnumerable<TensorView> views, string path)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var view in views)
        {
            tensors.Add(view.Name, Copy(view, path));
        }

        return tensors;
    }

    private static Tensor Copy(TensorView view, string path)
    {
        var type = view.Dtype switch
        {
            SafetensorsDtype.Bool => ScalarType.Bool,
            SafetensorsDtype.U8 => ScalarType.Byte,
            SafetensorsDtype.I8 => ScalarType.Int8,
            SafetensorsDtype.I16 => ScalarType.Int16,
            SafetensorsDtype.I32 => ScalarType.Int32,
            SafetensorsDtype.I64 => ScalarType.Int64,
            SafetensorsDtype.F16 => ScalarType.Float16,
            SafetensorsDtype.BF16 => ScalarType.BFloat16,
            SafetensorsDtype.F32 => ScalarType.Float32,
            SafetensorsDtype.F64 => ScalarType.Float64,
            _ => throw new WeightsException($"{view.Name} in {path} is {view.Dtype.Name}; tensors of that type cannot be used here."),
        };
        using var scope = NewDisposeScope();
        var tensor = empty([.. view.Shape], type);
        if (view.ByteCount > 0)
        {
            view.CopyTo(tensor.bytes);
        }

        return tensor.DetachFromDisposeScope();
    }

    private static TensorToWrite ToWrite(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var plain = tensor.detach().cpu().contiguous();
        var type = plain.dtype switch
        {
            ScalarType.Float64 => SafetensorsDtype.F64,
            ScalarType.Float32 => SafetensorsDtype.F32,
            ScalarType.Float16 => SafetensorsDtype.F16,
            ScalarType.BFloat16 => SafetensorsDtype.BF16,
            ScalarType.Int64 => SafetensorsDtype.I64,
            ScalarType.Int32 => SafetensorsDtype.I32,
            ScalarType.Byte => SafetensorsDtype.U8,
            ScalarType.Bool => SafetensorsDtype.Bool,
            _ => throw new NotSupportedException($"{name} is {plain.dtype}; tensors of that type are not written to safetensors files."),
        };
        return new TensorToWrite(name, type, plain.shape, plain.numel() == 0 ? Array.Empty<byte>() : plain.bytes.ToArray());
    }
}
