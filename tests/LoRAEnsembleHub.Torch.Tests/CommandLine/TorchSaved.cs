using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Files as torch.save writes them: a zip archive with a pickle of protocol 2 and a record per storage.</summary>
internal static class TorchSaved
{
    /// <summary>A dictionary of Float32 tensors.</summary>
    public static byte[] Of(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, ReadOnlySpan<byte> content)
            {
                using var entry = archive.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }

            Add("data.pkl", Pickle(tensors));
            Add("byteorder", "little"u8);
            foreach (var (index, tensor) in tensors.Values.Index())
            {
                Assert.Equal(ScalarType.Float32, tensor.dtype);
                Add($"data/{index}", tensor.contiguous().bytes.ToArray());
            }

            Add("version", "3\n"u8);
        }

        return file.ToArray();
    }

    private static byte[] Pickle(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var code = new List<byte> { 0x80, 2, (byte)'}', (byte)'(' };
        void Code(string text) => code.AddRange(Encoding.ASCII.GetBytes(text));
        void Sized(char operation, ReadOnlySpan<byte> content)
        {
            Span<byte> size = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(size, content.Length);
            code.AddRange([(byte)operation, .. size, .. content]);
        }

        void Word(string text) => Sized('X', Encoding.UTF8.GetBytes(text));
        void Number(long value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, checked((int)value));
            code.AddRange([(byte)'J', .. bytes]);
        }

        void Numbers(IEnumerable<long> values)
        {
            Code("(");
            foreach (var value in values)
            {
                Number(value);
            }

            Code("t");
        }

        foreach (var (index, (name, tensor)) in tensors.Index())
        {
            using var plain = tensor.contiguous();
            Word(name);
            Code("ctorch._utils\n_rebuild_tensor_v2\n((");
            Word("storage");
            Code("ctorch\nFloatStorage\n");
            Word($"{index}");
            Word("cpu");
            Number(plain.numel());
            Code("tQ");
            Number(0);
            Numbers(plain.shape);
            Numbers(plain.stride());
            code.Add(0x89); // False
            Code("ccollections\nOrderedDict\n)RtR");
        }

        Code("u.");
        return [.. code];
    }
}
