using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class TreeFileTests
{
    private static readonly string oid = new('a', 40);
    private static readonly string sha256 = new('b', 64);

    [Fact]
    public async Task Python_writes_the_same_text_for_names_of_all_kinds()
    {
        string[] names = ["z", "a\"b", "a/b", "a-b", "é", "\u2028", "\ufb01", "😀", "\uffee", "ü/😀", "a<b>&'+", "A", "_"];
        var script = """
            import json, sys
            files = {name: {"size": 3, "blob_id": "a" * 40} for name in json.load(sys.stdin)}
            sys.stdout.write(json.dumps({"format_version": 1, "files": dict(sorted(files.items()))}, indent=1))
            """;
        using var process = Python.Find().Start(script);
        await process.StandardInput.WriteAsync(System.Text.Json.JsonSerializer.Serialize(names));
        process.StandardInput.Close();
        var expected = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, TreeFile.Write(names.Select(name => Small(name))));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        RepoFile[] files =
        [
            Small("a"),
            Small("b/é😀"),
            new()
            {
                Path = "large",
                Size = long.MaxValue,
                Hash = ContentHash.Parse(sha256),
                GitOid = oid,
                IsLfs = true,
            },
        ];
        Assert.Equal(files, TreeFile.Read(TreeFile.Write(files)));
        Assert.Empty(TreeFile.Read(TreeFile.Write([]))!);
        Assert.Equal("{\n \"format_version\": 1,\n \"files\": {}\n}", TreeFile.Write([]));
    }

    [Fact]
    public void A_listing_with_xet_hashes_is_read_by_its_other_hashes()
    {
        var text = Listing(
            "a",
            $"\"size\": 134, \"blob_id\": \"{oid}\", \"lfs_sha256\": \"{sha256}\", \"lfs_size\": 7, \"xet_hash\": \"{sha256}\""
        );
        var file = Assert.Single(TreeFile.Read(text)!);
        Assert.Equal((7, sha256, true), (file.Size, file.Hash.Hex, file.IsLfs));
    }

    public static TheoryData<string> Unusable =>
        [
            "",
            "{",
            "[]",
            "null",
            "{}",
            "{\"format_version\": 2, \"files\": {}}",
            "{\"format_version\": \"1\", \"files\": {}}",
            "{\"format_version\": 1}",
            "{\"format_version\": 1, \"files\": []}",
            Listing("a", $"\"size\": -1, \"blob_id\": \"{oid}\""),
            Listing("a", $"\"size\": 1.5, \"blob_id\": \"{oid}\""),
            Listing("a", $"\"blob_id\": \"{oid}\""),
            Listing("a", "\"size\": 1"),
            Listing("a", "\"size\": 1, \"blob_id\": \"../../x\""),
            Listing("a", $"\"size\": 1, \"blob_id\": \"{sha256}\""),
            Listing("a", $"\"size\": 1, \"blob_id\": \"{oid}\", \"lfs_sha256\": \"{oid}\""),
            Listing("a", $"\"size\": 1, \"blob_id\": \"{oid}\", \"xet_hash\": \"{oid}\""),
            Listing("a", $"\"size\": 1, \"blob_id\": \"{oid}\", \"xet_hash\": 7"),
            Listing("../a", $"\"size\": 1, \"blob_id\": \"{oid}\""),
            Listing("con", $"\"size\": 1, \"blob_id\": \"{oid}\""),
            $"{{\"format_version\": 1, \"files\": {{\"a\": {{\"size\": 1, \"size\": 2, \"blob_id\": \"{oid}\"}}}}}}",
        ];

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_listing_with_anything_wrong_counts_as_none(string text) => Assert.Null(TreeFile.Read(text));

    private static string Listing(string path, string entry) => $"{{\"format_version\": 1, \"files\": {{\"{path}\": {{{entry}}}}}}}";

    private static RepoFile Small(string path) =>
        new()
        {
            Path = path,
            Size = 3,
            Hash = ContentHash.Parse(oid),
            GitOid = oid,
        };
}
