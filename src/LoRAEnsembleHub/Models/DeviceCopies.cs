using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Tensors in the element types and on the devices that they were asked for, each copied once.</summary>
internal sealed class DeviceCopies : IDisposable
{
    private readonly Dictionary<string, Tensor> copies = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>All tensors where and as they are wanted: themselves where they are so already, else copies that live as long as this.</summary>
    public Dictionary<string, Tensor> Of(IReadOnlyDictionary<string, Tensor> tensors, Device device, ScalarType dtype)
    {
        lock (gate)
        {
            return tensors.ToDictionary(
                tensor => tensor.Key,
                tensor =>
                    tensor.Value.dtype == dtype && tensor.Value.device_type == device.type
                        ? tensor.Value
                        : Copy(tensor.Key, tensor.Value, device, dtype),
                StringComparer.Ordinal
            );
        }
    }

    public void Dispose()
    {
        foreach (var copy in copies.Values)
        {
            copy.Dispose();
        }

        copies.Clear();
    }

    private Tensor Copy(string name, Tensor tensor, Device device, ScalarType dtype)
    {
        var key = $"{name}/{device}/{dtype}";
        if (!copies.TryGetValue(key, out var copy))
        {
            copies.Add(key, copy = tensor.to(dtype, device).DetachFromDisposeScope());
        }

        return copy;
    }
}
