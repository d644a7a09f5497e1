using LoRAEnsembleHub.Safetensors.Storage;
using LoRAEnsembleHub.Safetensors.Views;

namespace LoRAEnsembleHub.Safetensors.TorchFiles;

/// <summary>The records of an archive by torch.save: the pickle, and the bytes of every storage.</summary>
internal sealed class TorchArchive
{
    private const string PickleEnd = "/data.pkl";
    private const string LittleEndianWord = "little";
    private const int LongestPickle = 16 << 20;

    /// <summary>So many times the bytes of the file may all tensors have together; shared storages count as often as they are used.</summary>
    private const int LargestExpansion = 16;

    private readonly IReadOnlyDictionary<string, (long Position, long Length)> records;
    private readonly string root;
    private readonly string file;
    private readonly long fileBytes;

    private TorchArchive(
        IReadOnlyDictionary<string, (long Position, long Length)> records,
        string root,
        string file,
        long fileBytes,
        byte[] pickle
    ) => (this.records, this.root, this.file, this.fileBytes, Pickle) = (records, root, file, fileBytes, pickle);

    /// <summary>The program that names the tensors.</summary>
    public byte[] Pickle { get; }

    /// <summary>Proves the archive.</summary>
    /// <exception cref="TorchFileException">It is none of torch.save.</exception>
    public static TorchArchive Read(ByteSource source, long fileBytes)
    {
        using var bytes = source.Lease();
        var file = source.Label;
        var records = StoredZip.Read(bytes, fileBytes, file);
        string[] pickles = [.. records.Keys.Where(name => name.EndsWith(PickleEnd, StringComparison.Ordinal))];
        if (pickles is not [var pickle])
        {
            throw new TorchFileException(file, $"the archive has {pickles.Length} records called data.pkl; torch.save writes one.");
        }

        var root = pickle[..^(PickleEnd.Length - 1)];
        if (records.TryGetValue($"{root}byteorder", out var order))
        {
            var word = bytes.At(order.Position, (int)Math.Min(order.Length, LittleEndianWord.Length + 1));
            if (!word.SequenceEqual("little"u8))
            {
                throw new TorchFileException(file, "its numbers are not little-endian; only such files are read.");
            }
        }

        var (position, length) = records[pickle];
        return length <= LongestPickle
            ? new TorchArchive(records, root, file, fileBytes, bytes.At(position, (int)length).ToArray())
            : throw new TorchFileException(file, $"its pickle has {length} bytes; at most {LongestPickle} are read.");
    }

    /// <summary>Where each tensor lies in the file, once it is proved to lie in its storage.</summary>
    /// <exception cref="TorchFileException">A storage is missing or too short, or a tensor reaches beyond it.</exception>
    public IEnumerable<(string Name, ViewLayout Layout)> Views(IReadOnlyList<KeyValuePair<string, PickledTensor>> tensors)
    {
        var total = UInt128.Zero;
        var views = new List<(string, ViewLayout)>(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            var layout = Layout(name, tensor);
            views.Add((name, layout));
            total += (ulong)layout.ByteCount;
            if (total > (ulong)fileBytes * LargestExpansion)
            {
                throw new TorchFileException(
                    file,
                    $"its tensors share their bytes so often that they have more than {LargestExpansion} times the {fileBytes} bytes of the file."
                );
            }
        }

        return views;
    }

    private ViewLayout Layout(string name, PickledTensor tensor)
    {
        TorchFileException Wrong(string what) => new(file, $"the tensor {SafetensorsException.Quote(name)} {what}");
        var storage = tensor.Storage!;
        if (!records.TryGetValue($"{root}data/{storage.Key}", out var record))
        {
            throw Wrong($"needs the storage {SafetensorsException.Quote(storage.Key)}, which the archive lacks.");
        }

        var width = storage.Dtype.BitsPerElement / 8;
        if ((UInt128)(ulong)storage.Elements * (ulong)width > (ulong)record.Length)
        {
            throw Wrong(
                $"needs a storage of {storage.Elements} {storage.Dtype.Name} numbers; the archive has {record.Length} bytes of them."
            );
        }

        var last = (UInt128)(ulong)tensor.Offset;
        var elements = UInt128.One;
        foreach (var (size, stride) in tensor.Shape.Zip(tensor.Strides))
        {
            elements *= (ulong)size;
            if (size == 0)
            {
                return ViewLayout.Strided(storage.Dtype, tensor.Shape, tensor.Strides, record.Position);
            }

            last += (UInt128)(ulong)(size - 1) * (ulong)stride;
            if (elements > (ulong)storage.Elements || last >= (ulong)storage.Elements)
            {
                throw Wrong(
                    $"of shape {Header.TensorSize.Show(tensor.Shape)} reaches beyond the {storage.Elements} numbers of its storage, or uses some of them several times."
                );
            }
        }

        return last < (ulong)storage.Elements
            ? ViewLayout.Strided(storage.Dtype, tensor.Shape, tensor.Strides, record.Position + (tensor.Offset * width))
            : throw Wrong($"begins beyond the {storage.Elements} numbers of its storage.");
    }
}
