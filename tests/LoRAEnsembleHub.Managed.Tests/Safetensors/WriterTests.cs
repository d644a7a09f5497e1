using System.Text;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Safetensors.Writing;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

public sealed class WriterTests : IDisposable
{
    private static readonly Dictionary<string, string> metadata = new() { ["format"] = "pt" };

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_bytes_are_those_of_the_format_to_the_last_space()
    {
        var written = Bytes.Written(
            new Dictionary<string, string> { ["b"] = "\u0001\"\\/\b\f\n\r\t\u007fé", ["a"] = "" },
            TensorToWrite.From<byte>("u", [2], new byte[] { 1, 2 }),
            TensorToWrite.From<float>("b", [], new float[] { 1 }),
            TensorToWrite.From<float>("a", [0, 3], default)
        );
        const string Header =
            """{"__metadata__":{"a":"","b":"\u0001\"\\/\b\f\n\r\t"""
            + "\u007fé\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]},"
            + "\"b\":"
            + """{"dtype":"F32","shape":[],"data_offsets":[0,4]},"u":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}""";
        var bytes = Encoding.UTF8.GetBytes(Header);
        Assert.Equal(
            Bytes.File([.. bytes, .. Enumerable.Repeat((byte)' ', (8 - (bytes.Length % 8)) % 8)], [0, 0, 0x80, 0x3F, 1, 2]),
            written
        );
    }

    [Fact]
    public void Names_are_ordered_as_utf8_bytes()
    {
        string[] names = ["", "Z", "a", "a.10", "a.9", "é", "\uFFEE", "🙂"];
        using var file = Bytes.Parsed([.. names.Reverse().Select(name => TensorToWrite.From<byte>(name, [1], new byte[1]))]);
        Assert.Equal(names, file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(names, names.Reverse().Order(Utf8Order.Comparer));
    }

    [Theory]
    [InlineData(SafetensorsDefect.ReservedName, "__metadata__", new long[] { 4 }, 4, "the format keeps this name for the metadata.")]
    [InlineData(SafetensorsDefect.SizeMismatch, "a", new long[] { 3 }, 4, "4 bytes given; shape [3] of U8 needs 3.")]
    [InlineData(SafetensorsDefect.InvalidEntry, "a", new long[] { -4 }, 4, "the shape [-4] has a negative size.")]
    [InlineData(
        SafetensorsDefect.ShapeOverflow,
        "a",
        new[] { long.MaxValue, 3 },
        4,
        "the size of shape [9223372036854775807, 3] of U8 does not fit 64 bits."
    )]
    public async Task What_the_reader_would_refuse_is_not_written(
        SafetensorsDefect defect,
        string name,
        long[] shape,
        int bytes,
        string problem
    )
    {
        TensorToWrite[] tensors = [new(name, SafetensorsDtype.U8, shape, new byte[bytes])];
        var path = folder.Locate("a.safetensors");
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsWriter.Write(path, tensors, null));
        Assert.Equal((defect, path, name), (exception.Defect, exception.File, exception.Tensor));
        Assert.EndsWith($": {problem}", exception.Message, StringComparison.Ordinal);
        var task = SafetensorsWriter.WriteAsync(path, tensors, null, Token);
        Assert.Equal(defect, (await Assert.ThrowsAsync<SafetensorsException>(() => task)).Defect);
        using var stream = new MemoryStream();
        Assert.Throws<SafetensorsException>(() => SafetensorsWriter.Write(stream, tensors, null));
        await Assert.ThrowsAsync<SafetensorsException>(() => SafetensorsWriter.WriteAsync(stream, tensors, null, Token));
        Assert.Equal(0, stream.Length);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void Names_twice_and_narrow_elements_in_broken_bytes_are_not_written()
    {
        var tensor = TensorToWrite.From<byte>("a", [0], default);
        Assert.Equal(SafetensorsDefect.DuplicateName, Refusal(null, tensor, tensor).Defect);
        Assert.Equal(SafetensorsDefect.NotWholeBytes, Refusal(null, new TensorToWrite("a", SafetensorsDtype.F4, [3], new byte[2])).Defect);
        Assert.Equal(SafetensorsDefect.InvalidMetadata, Refusal(new() { ["k"] = "\udc00" }).Defect);
        Assert.Equal(
            SafetensorsDefect.LimitExceeded,
            Refusal(null, TensorToWrite.From<byte>(new string('n', 65_537), [0], default)).Defect
        );
        Assert.Equal(SafetensorsDefect.LimitExceeded, Refusal(null, TensorToWrite.From<byte>("a", new long[1025], default)).Defect);
        var huge = new TensorToWrite("a", SafetensorsDtype.U8, [1L << 60], (_, _) => Assert.Fail("Nothing may be asked for."));
        TensorToWrite[] beyond =
        [
            .. Enumerable.Range(0, 8).Select(index => new TensorToWrite($"{index}", huge.Dtype, huge.Shape, huge.Reader)),
        ];
        Assert.Equal(SafetensorsDefect.ShapeOverflow, Refusal(null, beyond).Defect);
    }

    [Fact]
    public void A_name_that_has_no_utf8_form_is_not_written()
    {
        var exception = Refusal(null, TensorToWrite.From<byte>("a\ud800", [0], default));
        Assert.Equal((SafetensorsDefect.InvalidName, "a\ud800"), (exception.Defect, exception.Tensor));
        Assert.Equal("tensor 'a\uFFFD': 'a\uFFFD' holds half of a surrogate pair and has no UTF-8 form.", exception.Message);
    }

    [Fact]
    public void A_header_above_the_cap_is_not_written()
    {
        // With a small cap in place of 100 million bytes; {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}} has 53, and 56 padded.
        var tensor = TensorToWrite.From<byte>("a", [1], new byte[1]);
        var fitting = new HeaderWriter("file", 56);
        fitting.WriteEntry(tensor, 0, 1);
        Assert.Equal(64, fitting.Finish().Length);
        var padded = new HeaderWriter("file", 55);
        padded.WriteEntry(tensor, 0, 1);
        var exception = Assert.Throws<SafetensorsException>(() => padded.Finish());
        Assert.Equal((SafetensorsDefect.HeaderTooLarge, "file"), (exception.Defect, exception.File));
        Assert.Equal("file: the header would be longer than 55 bytes; write fewer tensors to a file, or shorter names.", exception.Message);
        Assert.Throws<SafetensorsException>(() => new HeaderWriter("file", 50).WriteEntry(tensor, 0, 1));
        Assert.Throws<SafetensorsException>(() =>
            new HeaderWriter("file", 50).WriteMetadata(new Dictionary<string, string> { ["k"] = new('v', 50) })
        );
    }

    [Fact]
    public void What_is_not_an_element_type_is_a_bug_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorToWrite("a", (SafetensorsDtype)99, [0], default(ReadOnlyMemory<byte>)));
        Assert.Throws<ArgumentException>(() => TensorToWrite.From<decimal>("a", [0], default));
    }

    [Fact]
    public async Task Both_ways_of_writing_give_the_same_file_and_leave_nothing_beside_it()
    {
        TensorToWrite[] tensors = [TensorToWrite.From<float>("x", [2], new float[] { 1, 2 })];
        SafetensorsWriter.Write(folder.Locate("a.safetensors"), tensors, metadata);
        await SafetensorsWriter.WriteAsync(folder.Locate("b.safetensors"), tensors, metadata, Token);
        using var stream = new MemoryStream();
        await SafetensorsWriter.WriteAsync(stream, tensors, metadata, Token);
        Assert.Equal(["a.safetensors", "b.safetensors"], folder.Names());
        Assert.Equal(stream.ToArray(), await File.ReadAllBytesAsync(folder.Locate("a.safetensors"), Token));
        Assert.Equal(stream.ToArray(), await File.ReadAllBytesAsync(folder.Locate("b.safetensors"), Token));
        Assert.Equal(stream.ToArray(), Bytes.Written(metadata, tensors));
    }

    [Fact]
    public void A_longer_file_is_replaced_whole()
    {
        var path = folder.Put("a.safetensors", new byte[10_000]);
        SafetensorsWriter.Write(path, [TensorToWrite.From<float>("x", [2], new float[] { 1, 2 })], null);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal([1f, 2f], file["x"].ToSingles());
    }

    [Fact]
    public void Bytes_are_asked_for_in_order_and_in_pieces()
    {
        const int Size = (5 << 19) + 3;
        var asked = new List<(long From, int Length)>();
        var tensor = new TensorToWrite(
            "x",
            SafetensorsDtype.U8,
            [Size],
            (destination, from) =>
            {
                asked.Add((from, destination.Length));
                destination.Fill((byte)asked.Count);
            }
        );
        using var file = Bytes.Parsed(tensor);
        Assert.Equal([(0, 1 << 20), (1 << 20, 1 << 20), (2 << 20, (1 << 19) + 3)], asked);
        Assert.Equal(3, file["x"].Bytes[^1]);
    }

    [Fact]
    public void Slices_of_one_file_are_written_to_another()
    {
        using var source = Bytes.Parsed("x", [3, 2], 0, 1, 2, 3, 4, 5);
        using var copy = Bytes.Parsed(
            TensorToWrite.From("columns", source["x"].Slice(1, 1, 1)),
            TensorToWrite.From(source["x"].Slice(0, 2, 1))
        );
        Assert.Equal([1f, 3f, 5f], copy["columns"].ToSingles());
        Assert.Equal([4f, 5f], copy["x"].ToSingles());
    }

    [Fact]
    public async Task A_failure_while_writing_leaves_the_old_file_and_nothing_else()
    {
        var path = folder.Put("a.safetensors", [1, 2, 3]);
        var failing = new TensorToWrite("x", SafetensorsDtype.U8, [8], (_, _) => throw new InvalidDataException("no bytes"));
        Assert.Throws<InvalidDataException>(() => SafetensorsWriter.Write(path, [failing], null));
        await Assert.ThrowsAsync<InvalidDataException>(() => SafetensorsWriter.WriteAsync(path, [failing], null, Token));
        Assert.Equal(["a.safetensors"], folder.Names());
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task Cancelling_while_writing_leaves_the_old_file_and_nothing_else()
    {
        var path = folder.Put("a.safetensors", [1, 2, 3]);
        using var source = new CancellationTokenSource();
        var cancelling = new TensorToWrite("x", SafetensorsDtype.U8, [8], (_, _) => source.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SafetensorsWriter.WriteAsync(path, [cancelling], null, source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SafetensorsWriter.WriteAsync(path, [], null, source.Token));
        Assert.Equal(["a.safetensors"], folder.Names());
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public void A_target_that_cannot_be_replaced_leaves_nothing_beside_it()
    {
        Directory.CreateDirectory(folder.Locate("a.safetensors"));
        var exception = Record.Exception(() => SafetensorsWriter.Write(folder.Locate("a.safetensors"), [], null));
        Assert.True(exception is IOException or UnauthorizedAccessException, $"{exception}");
        Assert.Empty(folder.Names());
        Assert.Throws<DirectoryNotFoundException>(() => SafetensorsWriter.Write(folder.Locate("none/a.safetensors"), [], null));
    }

    private static SafetensorsException Refusal(Dictionary<string, string>? metadata, params TensorToWrite[] tensors)
    {
        using var stream = new MemoryStream();
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsWriter.Write(stream, tensors, metadata));
        Assert.Equal(0, stream.Length);
        return exception;
    }
}
