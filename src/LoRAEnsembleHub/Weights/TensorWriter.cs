using LoRAEnsembleHub.Safetensors;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Weights;

/// <summary>Writes torch tensors as a safetensors file.</summary>
internal static class TensorWriter
{
    /// <summary>Writes a file aside and renames it; the bytes depend on names, numbers and metadata alone.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Names and tensors of any device; not disposed.</param>
    /// <param name="metadata">Text entries of the header.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    public static Task WriteAsync(
        string path,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken
    ) => SafetensorsWriter.WriteAsync(path, [.. tensors.Select(entry => Convert(entry.Name, entry.Tensor))], metadata, cancellationToken);

    private static TensorToWrite Convert(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var plain = tensor.detach().cpu().contiguous();
        return new TensorToWrite(name, Dtype(plain.dtype), plain.shape, plain.bytes.ToArray());
    }

    private static SafetensorsDtype Dtype(ScalarType type) =>
        type switch
        {
            ScalarType.Float64 => SafetensorsDtype.F64,
            ScalarType.Float32 => SafetensorsDtype.F32,
            ScalarType.Float16 => SafetensorsDtype.F16,
            ScalarType.BFloat16 => SafetensorsDtype.BF16,
            ScalarType.Int64 => SafetensorsDtype.I64,
            ScalarType.Int32 => SafetensorsDtype.I32,
            ScalarType.Byte => SafetensorsDtype.U8,
            ScalarType.Bool => SafetensorsDtype.Bool,
            _ => throw new NotSupportedException($"Tensors of {type} are not written to safetensors files."),
        };
}
