using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

/// <summary>Builds files by hand, right or wrong.</summary>
internal static class Bytes
{
    /// <summary>A file of this header and these data bytes.</summary>
    public static byte[] File(string header, params byte[] data) => File(Encoding.UTF8.GetBytes(header), data);

    public static byte[] File(byte[] header, params byte[] data) => [.. Length((ulong)header.Length), .. header, .. data];

    /// <summary>A header length as it stands before the header.</summary>
    public static byte[] Length(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>The entry of a tensor.</summary>
    public static string Entry(string name, string dtype, string shape, long begin, long end) =>
        $$"""
            "{{name}}":{"dtype":"{{dtype}}","shape":{{shape}},"data_offsets":[{{begin}},{{end}}]}
            """;

    /// <summary>A file with one F32 tensor in memory.</summary>
    public static SafetensorsFile Parsed(string name, long[] shape, params float[] values) =>
        Parsed(TensorToWrite.From<float>(name, shape, values));

    /// <summary>A file with these tensors in memory.</summary>
    public static SafetensorsFile Parsed(params TensorToWrite[] tensors) => SafetensorsFile.Parse(Written(tensors), "memory");

    /// <summary>The bytes of a file with these tensors.</summary>
    public static byte[] Written(params TensorToWrite[] tensors) => Written(null, tensors);

    public static byte[] Written(IReadOnlyDictionary<string, string>? metadata, params TensorToWrite[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    public static byte[] Of<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>All bytes of a view, contiguous or not.</summary>
    public static byte[] All(TensorView view)
    {
        var bytes = new byte[view.ByteCount];
        Assert.Equal(bytes.Length, view.CopyTo(bytes));
        return bytes;
    }
}
