using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

public sealed class MappedFileTests : IDisposable
{
    private static readonly byte[] small = Bytes.Written(TensorToWrite.From<float>("x", [2], new float[] { 1, 2 }));

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_mapped_file_knows_its_name_its_path_and_its_places()
    {
        var path = folder.Put("a.safetensors", small);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(("a.safetensors", path), (file.Name, file.Path));
        Assert.Equal((small.Length, small.Length - 8), ((int)file.FileBytes, (int)file.DataOffset));
        Assert.Null(file.Metadata);
        Assert.True(file.Contains("x") && !file.Contains("X"));
        Assert.True(file.TryGet("x", out var view));
        Assert.Equal(small[(int)view.FileOffset..], view.Bytes.ToArray());
    }

    [Fact]
    public void A_file_without_tensors_is_opened()
    {
        using var file = SafetensorsFile.Open(folder.Put("a.safetensors", Bytes.File("{}")));
        Assert.Empty(file.Tensors);
        Assert.Equal(10, file.FileBytes);
    }

    [Fact]
    public void Data_at_odd_positions_is_read()
    {
        var header = "{" + Bytes.Entry("a", "U8", "[1]", 0, 1) + "," + Bytes.Entry("b", "F32", "[1]", 1, 5) + "}";
        using var file = SafetensorsFile.Open(folder.Put("a.safetensors", Bytes.File(header, [7, .. Bytes.Of(1.5f)])));
        Assert.Equal([1.5f], file["b"].ToArray<float>());
        Assert.Equal([1.5f], file["b"].ToSingles());
    }

    [Fact]
    public void A_missing_tensor_is_told_with_names_like_it()
    {
        string[] names = ["vit.encoder.weight", "vit.encoder.bias", "classifier.weight", "far"];
        using var file = Bytes.Parsed([.. names.Select(name => TensorToWrite.From<float>(name, [0], default))]);
        var exception = Assert.Throws<SafetensorsException>(() => file["vit.encoder.wieght"]);
        Assert.Equal((SafetensorsDefect.TensorNotFound, "vit.encoder.wieght"), (exception.Defect, exception.Tensor));
        Assert.Equal(
            "memory: tensor 'vit.encoder.wieght': not among the 4 tensors. Names like it: 'vit.encoder.weight'.",
            exception.Message
        );
        exception = Assert.Throws<SafetensorsException>(() => file["model.classifier.weight"]);
        Assert.EndsWith("Names like it: 'classifier.weight'.", exception.Message, StringComparison.Ordinal);
        exception = Assert.Throws<SafetensorsException>(() => file["nothing of the kind"]);
        Assert.EndsWith("not among the 4 tensors, and no name is like it.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Views_of_a_disposed_file_throw()
    {
        foreach (var file in new[] { SafetensorsFile.Open(folder.Put("a.safetensors", small)), SafetensorsFile.Parse(small, "memory") })
        {
            var view = file["x"];
            var slice = view.Slice(0, 1, 1);
            file.Dispose();
            file.Dispose();
            Assert.Throws<ObjectDisposedException>(() => view.Bytes.Length);
            Assert.Throws<ObjectDisposedException>(() => view.CopyTo(new byte[8]));
            Assert.Throws<ObjectDisposedException>(() => slice.ToArray<float>());
            Assert.Throws<ObjectDisposedException>(() => slice.ToSingles());
            await Assert.ThrowsAsync<ObjectDisposedException>(() => view.CopyToAsync(Stream.Null, Token));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(4000)]
    public void A_file_that_changed_its_length_is_refused_and_not_touched(int length)
    {
        var path = folder.Put("a.safetensors", small);
        using var file = SafetensorsFile.Open(path);
        Tamper(path, stream => stream.SetLength(length));
        var exception = Assert.Throws<SafetensorsException>(() => file["x"].ToSingles());
        Assert.Equal((SafetensorsDefect.FileChanged, path), (exception.Defect, exception.File));
        Assert.Equal(
            $"{path}: the file changed while in use: it had {small.Length} bytes when it was opened and has {length} now. Open it anew.",
            exception.Message
        );
    }

    [Fact]
    public void A_file_that_was_written_to_is_refused()
    {
        var path = folder.Put("a.safetensors", small);
        using var file = SafetensorsFile.Open(path);
        Tamper(path, stream => stream.WriteByte(1));
        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var exception = Assert.Throws<SafetensorsException>(() => file["x"].Bytes.Length);
        Assert.Equal(SafetensorsDefect.FileChanged, exception.Defect);
    }

    [Fact]
    public void A_file_that_was_replaced_stays_what_it_was()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows does not rename over a mapped file.");
        }

        var path = folder.Put("a.safetensors", small);
        using var file = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(path, [TensorToWrite.From<float>("x", [1], new float[] { 9 })], null);
        Assert.Equal([1f, 2f], file["x"].ToSingles());
        using var renewed = SafetensorsFile.Open(path);
        Assert.Equal([9f], renewed["x"].ToSingles());
    }

    [Fact]
    public async Task A_tensor_above_2_GiB_is_read_piece_by_piece_and_refused_as_a_span()
    {
        // Only the header and the last bytes are written; the rest is a hole that takes no room on most file systems.
        const long Size = (1L << 31) + 16;
        var path = folder.Put("a.safetensors", Bytes.File("{" + Bytes.Entry("x", "U8", $"[{Size / 16},16]", 0, Size) + "}"));
        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(stream.Length + Size);
            stream.Seek(-2, SeekOrigin.End);
            stream.Write([3, 4]);
        }

        using var file = await SafetensorsFile.OpenAsync(path, Token);
        var view = file["x"];
        Assert.Equal((Size, Size), (view.ByteCount, view.ElementCount));
        var last = new byte[4];
        Assert.Equal(3, view.CopyTo(last, Size - 3));
        Assert.Equal([0, 3, 4, 0], last);
        Assert.Equal([3, 4], view.Slice(0, (Size / 16) - 1, 1).Slice(1, 14, 2).Bytes.ToArray());
        Assert.Equal([4], view.Slice(1, 15, 1).Slice(0, (Size / 16) - 1, 1).ToArray<byte>());
        Assert.Equal(
            $"'x' U8 [{Size / 16}, 16] has {Size} bytes; a span ends at 2147483647. Slice it, or copy it piece by piece with CopyTo.",
            Assert.Throws<InvalidOperationException>(() => view.Bytes.Length).Message
        );
        Assert.Throws<InvalidOperationException>(() => view.ToArray<byte>());
        Assert.Throws<InvalidOperationException>(() => view.ToSingles());
        Assert.Throws<ArgumentOutOfRangeException>("from", () => view.CopyTo(last, Size + 1));
        Assert.Throws<ArgumentOutOfRangeException>("from", () => view.CopyTo(last, -1));
    }

    [Fact]
    public async Task A_copy_ends_when_cancelled()
    {
        using var file = Bytes.Parsed(new TensorToWrite("x", SafetensorsDtype.U8, [3 << 20], new byte[3 << 20]));
        using var source = new CancellationTokenSource();
        using var stream = new CancellingStream(source);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => file["x"].CopyToAsync(stream, source.Token));
        Assert.Equal(1 << 20, stream.Length);
    }

    [Fact]
    public async Task A_cancelled_opening_leaves_the_file_closed()
    {
        var path = folder.Put("a.safetensors", small);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SafetensorsFile.OpenAsync(path, new CancellationToken(true)));
        using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(small.Length, alone.Length);
    }

    [Fact]
    public void A_refused_file_is_closed()
    {
        var path = folder.Put("a.safetensors", small.AsSpan(0, small.Length - 1));
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(small.Length - 1, alone.Length);
    }

    [Fact]
    public void A_missing_file_is_the_systems_error()
    {
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(folder.Locate("none.safetensors")));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Open(""));
    }

    [Fact]
    public async Task Reading_while_another_thread_disposes_either_reads_or_throws()
    {
        var values = Enumerable.Range(0, 100_000).Select(value => (float)value).ToArray();
        var path = folder.Put("a.safetensors", Bytes.Written(TensorToWrite.From<float>("x", [values.Length], values)));
        for (var round = 0; round < 20; round++)
        {
            var file = SafetensorsFile.Open(path);
            var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => ReadOrNull(file["x"]), Token)).ToList();
            await Task.WhenAny(readers);
            file.Dispose();
            foreach (var read in await Task.WhenAll(readers))
            {
                Assert.True(read is null || read.AsSpan().SequenceEqual(values));
            }
        }
    }

    private static float[]? ReadOrNull(TensorView view)
    {
        try
        {
            return view.ToArray<float>();
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    // As another program would, which does not ask whether someone reads the file.
    private static void Tamper(string path, Action<FileStream> change)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows lets nobody write to a file that is open for reading only.");
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        change(stream);
    }

    private sealed class CancellingStream(CancellationTokenSource source) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            source.Cancel();
            return base.WriteAsync(buffer, CancellationToken.None);
        }
    }
}
