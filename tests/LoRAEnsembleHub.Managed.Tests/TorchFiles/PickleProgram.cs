using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LoRAEnsembleHub.Managed.Tests.TorchFiles;

/// <summary>Writes pickles instruction by instruction, and archives as torch.save lays them out.</summary>
internal sealed class PickleProgram
{
    private readonly List<byte> bytes = [];

    public PickleProgram() => Raw(0x80, 2);

    public byte[] Bytes => [.. bytes];

    public PickleProgram Raw(params ReadOnlySpan<byte> code)
    {
        bytes.AddRange(code);
        return this;
    }

    public PickleProgram Code(string characters) => Raw(Encoding.ASCII.GetBytes(characters));

    public PickleProgram Text(string text)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, Encoding.UTF8.GetByteCount(text));
        return Code("X").Raw(length).Raw(Encoding.UTF8.GetBytes(text));
    }

    public PickleProgram Integer(long value)
    {
        var number = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        return Raw(0x8A, 8).Raw(number);
    }

    public PickleProgram Global(string module, string name) => Code($"c{module}\n{name}\n");

    public PickleProgram Integers(params IEnumerable<long> values)
    {
        Code("(");
        foreach (var value in values)
        {
            Integer(value);
        }

        return Code("t");
    }

    /// <summary>A tensor over a storage of singles.</summary>
    public PickleProgram Tensor(string storage, long elements, long offset, long[] shape, long[] strides, string type = "FloatStorage") =>
        Rebuilt(storage, elements, offset, shape, strides, type).Code("tR");

    /// <summary>A tensor with a dictionary of properties behind its hooks.</summary>
    public PickleProgram Tensor(string storage, long elements, string property) =>
        Rebuilt(storage, elements, 0, [elements], [1], "FloatStorage").Code("}").Text(property).Raw(0x88).Code("stR");

    private PickleProgram Rebuilt(string storage, long elements, long offset, long[] shape, long[] strides, string type) =>
        Global("torch._utils", "_rebuild_tensor_v2")
            .Code("((")
            .Text("storage")
            .Global("torch", type)
            .Text(storage)
            .Text("cpu")
            .Integer(elements)
            .Code("tQ")
            .Integer(offset)
            .Integers(shape)
            .Integers(strides)
            .Raw(0x89)
            .Global("collections", "OrderedDict")
            .Code(")R");

    /// <summary>A dictionary of one tensor.</summary>
    public static byte[] One(long elements, long offset, long[] shape, long[] strides, string type = "FloatStorage") =>
        new PickleProgram().Code("}").Text("weight").Tensor("0", elements, offset, shape, strides, type).Code("s.").Bytes;

    /// <summary>An archive with a pickle and one storage.</summary>
    public static byte[] Archive(
        byte[] pickle,
        byte[]? storage = null,
        string order = "little",
        CompressionLevel compression = CompressionLevel.NoCompression
    )
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, ReadOnlySpan<byte> content)
            {
                using var entry = archive.CreateEntry($"archive/{name}", compression).Open();
                entry.Write(content);
            }

            Add("data.pkl", pickle);
            Add("byteorder", Encoding.ASCII.GetBytes(order));
            Add("data/0", storage ?? []);
            Add("version", "3\n"u8);
        }

        return file.ToArray();
    }
}
