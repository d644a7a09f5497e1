using System.Text;
using LoRAEnsembleHub.Hub.Serving;
using LoRAEnsembleHub.Managed.Tests.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>The lines of a commit, whatever their length, their order of names and the pieces they come in.</summary>
public sealed class CommitLineTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task The_pieces_a_body_comes_in_do_not_matter(int piece)
    {
        using var folder = new TemporaryFolder();
        const string text = """
            {"key":"header","value":{"summary":"a \"quoted\" \\ {[,:]} line"}}

            { "value" : { "content" : "aGk=", "path" : "a.txt", "encoding":"base64" }, "key":"file" }
            {"key":"file","value":{"path":"b","encoding":"utf-8","content":"x\ty\u00fc\ud83d\ude00\/\"\\"}}
            {"key":"deletedFile","value":{"path":"content"}}
            """;
        var reader = new CommitLineReader(new Trickle(Encoding.UTF8.GetBytes(text), piece), () => folder.Locate(Guid.NewGuid().ToString()));
        var seen = new List<string>();
        while (await reader.ReadAsync(Cancelled) is { } line)
        {
            await using (line)
            {
                var content = line.Content is null ? "-" : await new StreamReader(line.Content.Read()).ReadToEndAsync(Cancelled);
                seen.Add($"{line.Key}|{line.Value["path"] ?? line.Value["summary"]}|{content}");
            }
        }

        Assert.Equal(["header|a \"quoted\" \\ {[,:]} line|-", "file|a.txt|aGk=", "file|b|x\tyü😀/\"\\", "deletedFile|content|-"], seen);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task Content_of_many_megabytes_lies_in_a_file_that_goes_with_the_line()
    {
        using var folder = new TemporaryFolder();
        var content = new string('A', 40_000_000);
        var body = Encoding.UTF8.GetBytes("{\"key\":\"file\",\"value\":{\"content\":\"" + content + "\",\"path\":\"a\"}}");
        var reader = new CommitLineReader(new MemoryStream(body), () => folder.Locate("spilled"));
        var line = await reader.ReadAsync(Cancelled);
        Assert.NotNull(line);
        Assert.Equal(content.Length, line.Content!.Length);
        Assert.InRange(new FileInfo(folder.Locate("spilled")).Length, content.Length - (1 << 17), content.Length);
        await line.DisposeAsync();
        Assert.Empty(folder.Names());
    }

    [Theory]
    [InlineData("""{"key":"file","value":{"path":"a","content":"aGk=","content":"aGk="}}""")]
    [InlineData("""{"key":"file","value":{"path":"a","content":"aGk""")]
    [InlineData("""{"key":"file","value":{"path":"a","content":"\x"}}""")]
    [InlineData("""{"key":"file","value":{"path":"a","content":"\ud800"}}""")]
    [InlineData("""{"key":"file","value":[1]}""")]
    [InlineData("""{"value":{}}""")]
    [InlineData("""[]""")]
    [InlineData("""{{{{{{{{{{""")]
    [InlineData("""{"key":"file","key":"file","value":{}}""")]
    [InlineData("no json")]
    public async Task Anything_else_is_refused(string text)
    {
        using var folder = new TemporaryFolder();
        var reader = new CommitLineReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), () => folder.Locate("spilled"));
        var fault = await Assert.ThrowsAsync<RequestFault>(async () => await reader.ReadAsync(Cancelled));
        Assert.Equal(400, fault.Status);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task A_line_without_end_is_refused_at_a_megabyte()
    {
        var endless = new MemoryStream(Encoding.UTF8.GetBytes("""{"key":"header","value":{"summary":""" + new string(' ', 2_000_000)));
        var reader = new CommitLineReader(endless, () => throw new InvalidOperationException("Nothing is to be spilled."));
        Assert.Equal(400, (await Assert.ThrowsAsync<RequestFault>(async () => await reader.ReadAsync(Cancelled))).Status);
    }
}
