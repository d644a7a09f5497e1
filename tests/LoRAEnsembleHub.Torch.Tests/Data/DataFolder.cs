using System.Buffers.Binary;
using System.IO.Compression;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

/// <summary>A data set written for one test and removed after it.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("labeled-images-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public string Write(string name, byte[] bytes)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(file, name.EndsWith(".gz", StringComparison.Ordinal) ? Packed(bytes) : bytes);
        return file;
    }

    public string WriteRaw(string name, byte[] bytes)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    /// <summary>Two 2 × 3 images (rows × columns), pixels 0 … 11, and their labels.</summary>
    public void WriteIdx(string split, string ending, params byte[] labels)
    {
        Write(
            $"{split}-images-idx3-ubyte{ending}",
            Idx([labels.Length, 2, 3], [.. Enumerable.Range(0, 6 * labels.Length).Select(i => (byte)i)])
        );
        Write($"{split}-labels-idx1-ubyte{ending}", Idx([labels.Length], labels));
    }

    public static byte[] Idx(int[] sizes, byte[] values)
    {
        var bytes = new byte[4 + (4 * sizes.Length)];
        (bytes[2], bytes[3]) = (8, (byte)sizes.Length);
        for (var axis = 0; axis < sizes.Length; axis++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * axis)), sizes[axis]);
        }

        return [.. bytes, .. values];
    }

    public static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Stands for a decoder: the image's only pixel is the length of its file's name.</summary>
    public static RgbImage Decode(string file)
    {
        var length = (byte)System.IO.Path.GetFileName(file).Length;
        return new RgbImage(1, 1, new[] { length, length, length });
    }
}
