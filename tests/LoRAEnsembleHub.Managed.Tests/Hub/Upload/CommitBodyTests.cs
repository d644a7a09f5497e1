using System.Text;
using System.Text.Json;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class CommitBodyTests
{
    private static readonly CommitMessage Message = new("title \"quoted\"", "more\nlines");
    private static readonly CommitHash Parent = CommitHash.Parse(new string('a', 40));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(98_303)]
    [InlineData(98_304)]
    [InlineData(98_305)]
    [InlineData(300_000)]
    public async Task An_inline_file_of_any_length_arrives_as_it_is_and_the_length_is_announced_rightly(int size)
    {
        using var folder = new PushFolder();
        var bytes = PushFolder.Noise(size);
        var file = await ReadAsync(folder, "weights ü \"x\".bin", bytes);

        using var body = Body([new InlineFile(file)]);
        var sent = await body.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(body.Headers.ContentLength, sent.Length);
        var lines = Lines(sent);
        Assert.Equal("file", lines[1].GetProperty("key").GetString());
        var value = lines[1].GetProperty("value");
        Assert.Equal("weights ü \"x\".bin", value.GetProperty("path").GetString());
        Assert.Equal("base64", value.GetProperty("encoding").GetString());
        Assert.Equal(bytes, Convert.FromBase64String(value.GetProperty("content").GetString()!));
    }

    [Fact]
    public async Task Each_operation_is_a_line_of_its_own_after_the_header()
    {
        using var folder = new PushFolder();
        var file = await ReadAsync(folder, "model.safetensors", [1, 2, 3]);

        using var body = Body([new DeletedFile("old.txt"), new LargeFile(file)]);
        var text = await body.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("application/x-ndjson", body.Headers.ContentType?.MediaType);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        var lines = Lines(Encoding.UTF8.GetBytes(text));
        Assert.Equal(
            [
                $$"""{"summary":"title \u0022quoted\u0022","description":"more\nlines","parentCommit":"{{Parent}}"}""",
                """{"path":"old.txt"}""",
                $$"""{"path":"model.safetensors","algo":"sha256","oid":"{{file.Sha256}}","size":3}""",
            ],
            lines.Select(line => line.GetProperty("value").GetRawText())
        );
        Assert.Equal(["header", "deletedFile", "lfsFile"], lines.Select(line => line.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task A_large_inline_file_is_never_in_memory_as_a_whole()
    {
        using var folder = new PushFolder();
        var file = await ReadAsync(folder, "large.bin", PushFolder.Noise(8 << 20));
        using var target = new WidestWrite();

        using var body = Body([new InlineFile(file)]);
        await body.CopyToAsync(target, TestContext.Current.CancellationToken);

        Assert.Equal(body.Headers.ContentLength, target.Total);
        Assert.InRange(target.Widest, 1, 1 << 18);
    }

    [Theory]
    [InlineData("longer than before", false)]
    [InlineData("sho", false)]
    [InlineData("other!", false)]
    [InlineData("other!", true)]
    public async Task A_file_that_changed_since_it_was_read_breaks_the_body_off_before_its_line_ends(string now, bool isHidden)
    {
        using var folder = new PushFolder();
        var file = await ReadAsync(folder, "a.txt", "before"u8.ToArray());
        folder.Put("a.txt", Encoding.UTF8.GetBytes(now));
        if (isHidden)
        {
            File.SetLastWriteTimeUtc(folder.Locate("a.txt"), file.Stamp.ModifiedUtc);
        }

        using var target = new MemoryStream();
        using var body = Body([new InlineFile(file)]);
        var refusal = await Assert.ThrowsAsync<HubException>(() => body.CopyToAsync(target, TestContext.Current.CancellationToken));

        Assert.Equal(HubErrorKind.LocalFile, refusal.Kind);
        Assert.Contains("'a.txt' changed", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(isHidden ? "SHA-256" : "bytes", refusal.Message, StringComparison.Ordinal);
        Assert.False(Encoding.UTF8.GetString(target.ToArray()).EndsWith('\n'));
    }

    private static CommitBody Body(IReadOnlyList<CommitOperation> operations) =>
        new(Message, Parent, operations, new UploadProgress(null, 0, 0).Begin());

    private static async Task<PushFile> ReadAsync(PushFolder folder, string path, byte[] bytes)
    {
        var place = folder.Put("a.txt", bytes);
        var found = new LocalFile
        {
            Path = path,
            Source = place,
            Stamp = FileStamp.Of(place),
        };
        return await FileReading.ReadAsync(found, TestContext.Current.CancellationToken);
    }

    private static JsonElement[] Lines(byte[] body) =>
        [
            .. Encoding
                .UTF8.GetString(body)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
        ];

    private sealed class WidestWrite : MemoryStream
    {
        public long Total { get; private set; }

        public int Widest { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Total += buffer.Length;
            Widest = Math.Max(Widest, buffer.Length);
            return default;
        }
    }
}
