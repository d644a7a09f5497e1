using LoRAEnsembleHub.Safetensors;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Weights;

/// <summary>Makes torch tensors of safetensors views: in place where dtype and alignment allow, else by one copy.</summary>
internal sealed class TensorReader(Device device, ScalarType dtype) : IDisposable
{
    private readonly Dictionary<string, Tensor> mappings = new(StringComparer.Ordinal);

    /// <summary>Tensors handed out that lie in a mapped file.</summary>
    public int Mapped { get; private set; }

    /// <summary>Bytes that were copied or converted.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>The torch type of a floating-point safetensors type, or null for any other.</summary>
    public static ScalarType? FloatingType(SafetensorsDtype dtype) =>
        dtype switch
        {
            SafetensorsDtype.F64 => ScalarType.Float64,
            SafetensorsDtype.F32 => ScalarType.Float32,
            SafetensorsDtype.F16 => ScalarType.Float16,
            SafetensorsDtype.BF16 => ScalarType.BFloat16,
            _ => null,
        };

    /// <summary>Reads a tensor, or a block of its rows.</summary>
    /// <param name="file">The file that the view belongs to.</param>
    /// <param name="view">Where the numbers lie.</param>
    /// <param name="firstRow">First row along dimension 0.</param>
    /// <param name="rows">Rows to take; null takes the whole tensor, also one without dimensions.</param>
    /// <returns>A tensor outside every dispose scope; the caller owns it.</returns>
    /// <exception cref="WeightsException">The element type is not a floating-point type.</exception>
    public Tensor Read(WeightSource file, TensorView view, long firstRow = 0, long? rows = null)
    {
        var stored =
            FloatingType(view.Dtype)
            ?? throw new WeightsException($"{view.Name} in {file.Name} is {view.Dtype.Name}; weights must be F64, F32, F16 or BF16.");
        long[] shape = rows is null ? [.. view.Shape] : [rows.Value, .. view.Shape.Skip(1)];
        using var scope = NewDisposeScope();
        var size = stored.Bytes();
        var rowBytes = rows is null ? 0 : view.ByteCount / Math.Max(1, view.Shape[0]);
        var offset = view.FileOffset + (firstRow * rowBytes);
        var count = shape.Aggregate(1L, (product, dimension) => product * dimension);
        if (
            file.Path is not null
            && view.IsContiguous
            && offset % size == 0
            && count > 0
            && stored == dtype
            && device.type == TorchSharp.DeviceType.CPU
        )
        {
            Mapped++;
            return Mapping(file, stored, size).narrow(0, offset / size, count).view(shape).DetachFromDisposeScope();
        }

        var tensor = empty(shape, stored);
        view.CopyTo(tensor.bytes, firstRow * rowBytes);
        CopiedBytes += count * size;
        return tensor.to(dtype, device).DetachFromDisposeScope();
    }

    /// <summary>Lets go of the mappings; tensors that lie in one keep it alive.</summary>
    public void Dispose()
    {
        foreach (var mapping in mappings.Values)
        {
            mapping.Dispose();
        }

        mappings.Clear();
    }

    private Tensor Mapping(WeightSource file, ScalarType stored, int size)
    {
        var key = $"{stored}:{file.Path}";
        if (!mappings.TryGetValue(key, out var mapping))
        {
            // private: writing to such a tensor never reaches the file
            mapping = from_file(file.Path!, shared: false, size: file.FileBytes / size, dtype: stored).DetachFromDisposeScope();
            mappings.Add(key, mapping);
        }

        return mapping;
    }
}
