using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

public sealed class StreamTests
{
    private static readonly byte[] small = Bytes.Written(TensorToWrite.From<float>("x", [2], new float[] { 1, 2 }));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task A_stream_is_read_whatever_its_pieces(int step)
    {
        using var file = await SafetensorsFile.ReadAsync(new Trickle(small, step), "body", Token);
        Assert.Equal([1f, 2f], file["x"].ToSingles());
        Assert.Equal(("body", null), (file.Name, file.Path));
        Assert.Equal((small.Length, small.Length - 8), ((int)file.FileBytes, (int)file["x"].FileOffset));
    }

    [Fact]
    public async Task A_stream_of_several_pieces_of_memory_is_read()
    {
        var values = Enumerable.Range(0, 1_000_000).Select(value => (float)value).ToArray();
        var bytes = Bytes.Written(TensorToWrite.From<float>("x", [values.Length], values));
        using var file = await SafetensorsFile.ReadAsync(new Trickle(bytes, 600_000), "body", Token);
        Assert.Equal(values, file["x"].ToArray<float>());
    }

    [Fact]
    public async Task A_stream_is_read_from_where_it_stands()
    {
        using var stream = new MemoryStream([9, 9, .. small]) { Position = 2 };
        using var file = await SafetensorsFile.ReadAsync(stream, "body", Token);
        Assert.Equal([1f, 2f], file["x"].ToSingles());
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task A_header_length_without_a_header_takes_no_memory()
    {
        var stream = new Trickle(new byte[] { 0, 0xE1, 0xF5, 5, 0, 0, 0, 0, (byte)'{' });
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var exception = await Assert.ThrowsAsync<SafetensorsException>(() => SafetensorsFile.ReadAsync(stream, "body", Token));
        Assert.Equal(SafetensorsDefect.HeaderLongerThanFile, exception.Defect);
        Assert.Equal("body: the header length is 100000000 bytes, but only 1 bytes follow it. Is the file complete?", exception.Message);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 50_000_000);
    }

    [Fact]
    public async Task Data_that_never_comes_takes_no_memory()
    {
        const long Size = 2_000_000_000;
        var stream = new Trickle(Bytes.File("{" + Bytes.Entry("x", "U8", $"[{Size}]", 0, Size) + "}", 1, 2));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var exception = await Assert.ThrowsAsync<SafetensorsException>(() => SafetensorsFile.ReadAsync(stream, "body", Token));
        Assert.Equal(SafetensorsDefect.DataLengthMismatch, exception.Defect);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 500_000_000);
    }

    [Fact]
    public async Task More_data_than_an_array_holds_is_refused_with_advice()
    {
        var size = 1L << 40;
        var stream = new Trickle(Bytes.File("{" + Bytes.Entry("x", "U8", $"[{size}]", 0, size) + "}", 1, 2));
        var exception = await Assert.ThrowsAsync<SafetensorsException>(() => SafetensorsFile.ReadAsync(stream, "body", Token));
        Assert.Equal(SafetensorsDefect.LimitExceeded, exception.Defect);
        Assert.EndsWith("Open a file on disk instead.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_goes_on_after_the_last_tensor_is_refused()
    {
        byte[] longer = [.. small, 0];
        var stream = new Trickle(longer);
        var exception = await Assert.ThrowsAsync<SafetensorsException>(() => SafetensorsFile.ReadAsync(stream, "body", Token));
        Assert.Equal(SafetensorsDefect.DataLengthMismatch, exception.Defect);
    }

    [Fact]
    public async Task Reading_ends_when_cancelled()
    {
        using var source = new CancellationTokenSource();
        var reads = 0;
        var stream = new Trickle(small, 8)
        {
            OnRead = () =>
            {
                if (++reads == 2)
                {
                    source.Cancel();
                }
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SafetensorsFile.ReadAsync(stream, "body", source.Token));
        Assert.Equal(2, reads);
    }
}
