using System.Runtime.InteropServices;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>The tensors of a golden safetensors file as plain arrays, for comparison with what the library computes.</summary>
internal sealed class GoldenTensors
{
    private readonly Dictionary<string, (int[] Shape, byte[] Bytes)> tensors;

    private GoldenTensors(Dictionary<string, (int[] Shape, byte[] Bytes)> tensors) => this.tensors = tensors;

    public static GoldenTensors Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return new GoldenTensors(file.Tensors.ToDictionary(view => view.Name, Copy, StringComparer.Ordinal));
    }

    public IEnumerable<string> Names => tensors.Keys;

    public bool Has(string name) => tensors.ContainsKey(name);

    public int[] Shape(string name) => tensors[name].Shape;

    public ReadOnlySpan<byte> Bytes(string name) => tensors[name].Bytes;

    public ReadOnlySpan<float> Floats(string name) => MemoryMarshal.Cast<byte, float>(Bytes(name));

    private static (int[] Shape, byte[] Bytes) Copy(TensorView view)
    {
        var bytes = new byte[view.ByteCount];
        view.CopyTo(bytes);
        return ([.. view.Shape.Select(size => (int)size)], bytes);
    }
}
