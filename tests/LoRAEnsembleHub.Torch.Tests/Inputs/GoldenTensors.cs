using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>The tensors of a trusted safetensors file, for comparison with what the library computes.</summary>
internal sealed class GoldenTensors
{
    private readonly byte[] file;
    private readonly int data;
    private readonly Dictionary<string, JsonElement> entries;

    private GoldenTensors(byte[] file)
    {
        this.file = file;
        data = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, data - 8));
        entries = header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__").ToDictionary(e => e.Name, e => e.Value.Clone());
    }

    public static GoldenTensors Load(string path) => new(File.ReadAllBytes(path));

    public IEnumerable<string> Names => entries.Keys;

    public bool Has(string name) => entries.ContainsKey(name);

    public int[] Shape(string name) => [.. entries[name].GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];

    public ReadOnlySpan<byte> Bytes(string name)
    {
        var offsets = entries[name].GetProperty("data_offsets");
        return file.AsSpan((data + offsets[0].GetInt32())..(data + offsets[1].GetInt32()));
    }

    public ReadOnlySpan<float> Floats(string name) => MemoryMarshal.Cast<byte, float>(Bytes(name));
}
