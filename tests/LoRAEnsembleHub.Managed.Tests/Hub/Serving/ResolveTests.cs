using System.Net;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>Files, whole and in part, as every client asks for them.</summary>
public sealed class ResolveTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("main")]
    [InlineData("HEAD")]
    [InlineData("refs%2Fheads%2Fmain")]
    [InlineData("refs/heads/main")]
    public async Task Every_spelling_of_the_branch_leads_to_the_file(string revision)
    {
        await using var hub = await HubWithFileAsync();
        using var answer = await hub.GetAsync($"team/set/resolve/{revision}/sub/file.txt");
        Assert.Equal("0123456789", await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("\"ad471007bd7f5983d273b9584e5629230150fd54\"", answer.Headers.ETag!.Tag);
        Assert.Equal("bytes", Assert.Single(answer.Headers.AcceptRanges));
        Assert.Matches("^[0-9a-f]{40}$", Assert.Single(answer.Headers.GetValues("X-Repo-Commit")));
    }

    [Fact]
    public async Task HEAD_tells_what_GET_tells_without_the_bytes()
    {
        await using var hub = await HubWithFileAsync();
        using var head = await hub.SendAsync(HttpMethod.Head, "team/set/resolve/main/sub/file.txt");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(10, head.Content.Headers.ContentLength);
        Assert.NotNull(head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancelled));
    }

    [Fact]
    public async Task A_file_is_never_shown_by_a_browser_and_names_no_kind()
    {
        await using var hub = await HubWithFileAsync();
        using var answer = await hub.GetAsync("team/set/resolve/main/sub/file.txt");
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.StartsWith("sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("bytes=0-0", 206, "0", "bytes 0-0/10")]
    [InlineData("bytes=4-", 206, "456789", "bytes 4-9/10")]
    [InlineData("bytes=8-100000", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-30", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=2-1", 200, "0123456789", null)]
    [InlineData("bytes=0-1,3-4", 200, "0123456789", null)]
    [InlineData("lines=1-2", 200, "0123456789", null)]
    public async Task A_range_gives_that_part_and_nonsense_the_whole(string range, int status, string text, string? contentRange)
    {
        await using var hub = await HubWithFileAsync();
        using var answer = await hub.SendAsync(HttpMethod.Get, "team/set/resolve/main/sub/file.txt", headers: ("Range", range));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(contentRange, answer.Content.Headers.ContentRange?.ToString());
        Assert.Equal(text.Length, answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_refused_with_the_size()
    {
        await using var hub = await HubWithFileAsync();
        using var answer = await hub.SendAsync(HttpMethod.Get, "team/set/resolve/main/sub/file.txt", headers: ("Range", "bytes=10-"));
        Assert.Equal(416, (await TestHub.FaultAsync(answer)).Status);
        Assert.Equal("bytes */10", answer.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task An_empty_file_answers_the_question_for_its_first_byte_with_its_size()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("empty.txt", ""));
        using var answer = await hub.SendAsync(HttpMethod.Get, "team/set/resolve/main/empty.txt", headers: ("Range", "bytes=0-0"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("bytes */0", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("\"ad471007bd7f5983d273b9584e5629230150fd54\"", 206)]
    [InlineData("\"0000000000000000000000000000000000000000\"", 200)]
    [InlineData("Tue, 24 Nov 2026 00:00:00 GMT", 200)]
    public async Task A_download_goes_on_only_with_the_same_content(string condition, int status)
    {
        await using var hub = await HubWithFileAsync();
        using var answer = await hub.SendAsync(
            HttpMethod.Get,
            "team/set/resolve/main/sub/file.txt",
            headers: [("Range", "bytes=5-"), ("If-Range", condition)]
        );
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 206 ? "56789" : "0123456789", await answer.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task A_large_file_has_its_SHA_256_for_etag_and_its_pointer_under_raw()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { RegularBelowBytes = 0 });
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("a.safetensors", "hello"));
        const string sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        using var content = await hub.GetAsync("team/set/resolve/main/a.safetensors");
        Assert.Equal($"\"{sha256}\"", content.Headers.ETag!.Tag);
        Assert.Equal($"\"{sha256}\"", Assert.Single(content.Headers.GetValues("X-Linked-Etag")));
        Assert.Equal("5", Assert.Single(content.Headers.GetValues("X-Linked-Size")));
        using var raw = await hub.GetAsync("team/set/raw/main/a.safetensors");
        Assert.Equal(
            $"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize 5\n",
            await raw.Content.ReadAsStringAsync(Cancelled)
        );
        using var part = await hub.SendAsync(HttpMethod.Get, "team/set/raw/main/a.safetensors", headers: ("Range", "bytes=0-6"));
        Assert.Equal("version", await part.Content.ReadAsStringAsync(Cancelled));
    }

    [Theory]
    [InlineData("team/set/resolve/main/nope.json", 404, "EntryNotFound")]
    [InlineData("team/set/resolve/main/sub", 404, "EntryNotFound")]
    [InlineData("team/set/resolve/main/sub/..%2Fsub%2Ffile.txt", 404, "EntryNotFound")]
    [InlineData("team/set/resolve/main/a%5C..%5Cb", 404, "EntryNotFound")]
    [InlineData("team/set/resolve/nope/file.txt", 404, "RevisionNotFound")]
    [InlineData("team/set/resolve/0123456789012345678901234567890123456789/file.txt", 404, "RevisionNotFound")]
    [InlineData("team/none/resolve/main/file.txt", 404, "RepoNotFound")]
    [InlineData("datasets/team/set/resolve/main/file.txt", 404, "RepoNotFound")]
    [InlineData("team/set/resolve/main/%FF", 400, null)]
    [InlineData("team/set/resolve/main/%zz", 400, null)]
    [InlineData("somewhere/else", 404, null)]
    public async Task What_is_missing_is_told_apart(string path, int status, string? code)
    {
        await using var hub = await HubWithFileAsync();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            var address = new Uri(
                hub.Server.Address + path,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
            );
            using var request = new HttpRequestMessage(method, address);
            using var answer = await hub.Client.SendAsync(request, Cancelled);
            var fault = await TestHub.FaultAsync(answer);
            Assert.Equal((status, code), (fault.Status, fault.Code));
            Assert.Equal(code == "EntryNotFound", answer.Headers.Contains("X-Repo-Commit"));
        }
    }

    [Fact]
    public async Task A_name_is_decoded_exactly_once()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("100%25.txt", "odd"), ("ü b+c#.txt", "letters"));
        using var once = await hub.GetAsync("team/set/resolve/main/100%2525.txt");
        Assert.Equal("odd", await once.Content.ReadAsStringAsync(Cancelled));
        using var letters = await hub.GetAsync("team/set/resolve/main/" + Uri.EscapeDataString("ü b+c#.txt"));
        Assert.Equal("letters", await letters.Content.ReadAsStringAsync(Cancelled));
        Assert.Contains("%C3%BC", Assert.Single(letters.Content.Headers.GetValues("Content-Disposition")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_about_an_odd_name_is_plain_ASCII_on_one_line()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        using var answer = await hub.GetAsync("team/set/resolve/%C3%BC%0D%0AX-Evil:%201/file");
        var fault = await TestHub.FaultAsync(answer);
        Assert.Equal("RevisionNotFound", fault.Code);
        Assert.True(fault.Message.All(letter => letter is >= ' ' and < '\u007f'), fault.Message);
        Assert.False(answer.Headers.Contains("X-Evil"));
    }

    private static async Task<TestHub> HubWithFileAsync()
    {
        var hub = await TestHub.StartAsync();
        await hub.CreateAsync("team/set");
        await hub.CommitAsync("team/set", ("sub/file.txt", "0123456789"));
        return hub;
    }
}
