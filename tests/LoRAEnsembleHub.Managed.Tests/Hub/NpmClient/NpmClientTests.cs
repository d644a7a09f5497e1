namespace LoRAEnsembleHub.Managed.Tests.Hub.NpmClient;

/// <summary>@huggingface/hub 2.17.5, a client that others wrote, does all that it can do with a hub against ours.</summary>
public sealed class NpmClientTests(NpmRun run) : IClassFixture<NpmRun>
{
    [Fact]
    public void It_learns_who_it_is_and_that_a_wrong_token_is_wrong()
    {
        Assert.Equal("someone", (string?)run.Value("whoami")["name"]);
        Assert.Equal(401, run.Refusal("whoami with a wrong token"));
    }

    [Fact]
    public void It_creates_a_repository_once()
    {
        Assert.EndsWith("/team/made-by-js", (string?)run.Value("create")["repoUrl"], StringComparison.Ordinal);
        Assert.Equal(409, run.Refusal("create again"));
        Assert.True((bool)run.Value("exists"));
    }

    [Fact]
    public void It_uploads_small_files_inside_the_commit()
    {
        Assert.Matches("^[0-9a-f]{40}$", (string?)run.Value("upload regular")["commit"]!["oid"]);
        Assert.DoesNotContain(run.Requests("upload regular"), request => request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public void It_uploads_a_large_file_in_one_piece()
    {
        run.Value("upload large in one piece");
        Assert.Single(run.Requests("upload large in one piece"), request => request.StartsWith("PUT /-/lfs/", StringComparison.Ordinal));
    }

    [Fact]
    public void It_uploads_a_larger_file_in_parts()
    {
        run.Value("upload large in parts");
        var requests = run.Requests("upload large in parts");
        Assert.Equal(3, requests.Count(request => request.StartsWith("PUT /-/lfs/", StringComparison.Ordinal)));
        Assert.Single(requests, request => request.StartsWith("POST /-/lfs/", StringComparison.Ordinal));
    }

    [Fact]
    public void It_uploads_through_xet_and_the_files_are_whole()
    {
        run.Value("upload through xet");
        var requests = run.Requests("upload through xet");
        Assert.Contains(requests, request => request.StartsWith("POST /-/xet/v1/xorbs/default/", StringComparison.Ordinal));
        Assert.Contains("POST /-/xet/v1/shards", requests);
        Assert.DoesNotContain(requests, request => request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public void It_sends_no_bytes_of_what_is_stored_already()
    {
        run.Value("upload the same again");
        Assert.DoesNotContain(run.Requests("upload the same again"), request => request.Contains("/-/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("README.md", 89)]
    [InlineData("empty.txt", 0)]
    [InlineData("large.npy", 5000)]
    [InlineData("parts.npy", 50001)]
    [InlineData("xet.npy", 400000)]
    [InlineData("twice.npy", 800000)]
    [InlineData("numbers.npy", 40000)]
    public void It_downloads_the_bytes_that_it_uploaded(string path, int size)
    {
        var found = run.Value($"download {path}");
        Assert.True((bool)found["equal"]!, found.ToJsonString());
        Assert.Equal(size, (int)found["size"]!);
    }

    [Fact]
    public void It_downloads_parts_pointers_and_nothing_where_nothing_is()
    {
        Assert.True((bool)run.Value("download a part"));
        Assert.StartsWith(
            "version https://git-lfs.github.com/spec/v1\noid sha256:",
            (string?)run.Value("download raw"),
            StringComparison.Ordinal
        );
        Assert.Null(run.Step("download missing")["error"]);
        Assert.Null(run.Step("download missing")["value"]);
        Assert.True((bool)run.Value("exists file"));
        Assert.False((bool)run.Value("exists missing file"));
        Assert.Equal(5000, (int)run.Value("download info")["size"]!);
    }

    [Fact]
    public void It_lists_files_with_their_hashes_last_commits_and_verdicts()
    {
        var list = run.Value("list").AsArray().ToDictionary(entry => (string)entry!["path"]!, entry => entry!);
        Assert.Equal((string?)run.Value("download large.npy")["sha256"], (string?)list["large.npy"]["lfs"]!["oid"]);
        Assert.Null(list["config.json"]["lfs"]);
        Assert.Equal("directory", (string?)list["sub/deep"]["type"]);
        Assert.Equal("one piece", (string?)list["large.npy"]["lastCommit"]!["title"]);
        Assert.Equal("safe", (string?)list["model.safetensors"]["securityFileStatus"]!["status"]);
        Assert.Equal("sub/deep", (string?)Assert.Single(run.Value("list a folder").AsArray())!["path"]);
        Assert.Equal(2, run.Value("paths").AsArray().Count);
    }

    [Fact]
    public void It_reads_the_header_of_tensors_by_ranges() => Assert.Equal("F32", (string?)run.Value("tensors")["header"]!["w"]!["dtype"]);

    [Fact]
    public void It_finds_the_adapter_by_its_base()
    {
        Assert.Equal("team/made-by-js", (string?)Assert.Single(run.Value("list models").AsArray())!["name"]);
        Assert.Empty(run.Value("list other models").AsArray());
        var tags = run.Value("info")["tags"]!.AsArray().Select(tag => (string?)tag);
        Assert.Contains("base_model:adapter:team/base", tags);
        Assert.Contains("license:mit", tags);
        Assert.Contains("safetensors", tags);
        Assert.Equal("peft", (string?)run.Value("info")["library_name"]);
        Assert.Equal("mit", (string?)run.Value("info")["cardData"]!["license"]);
    }

    [Fact]
    public void It_lists_and_counts_commits()
    {
        var commits = run.Value("commits").AsArray();
        Assert.Equal(commits.Count, (int)run.Value("count commits"));
        Assert.Equal("tensors", (string?)commits[0]!["title"]);
        Assert.Null(run.Step("access")["error"]);
    }

    [Fact]
    public void It_pulls_a_snapshot_into_its_cache_and_the_tree_stays_for_a_look()
    {
        var snapshot = (string)run.Value("snapshot")!;
        Assert.StartsWith(Path.Combine(NpmRun.Cache, "models--team--made-by-js", "snapshots"), snapshot, StringComparison.Ordinal);
        var files = run.Value("list").AsArray().Count(entry => (string?)entry!["type"] == "file");
        Assert.Equal(files, (int)run.Value("snapshot files"));
        Assert.True(File.Exists(Path.Combine(snapshot, "sub", "deep", "notes.txt")));
    }

    [Fact]
    public void It_is_told_of_a_branch_that_has_moved()
    {
        Assert.Equal(412, run.Refusal("conflict"));
        run.Value("with the right parent");
    }

    [Fact]
    public void It_makes_fills_and_deletes_a_branch()
    {
        Assert.Null(run.Step("branch")["error"]);
        Assert.Equal(409, run.Refusal("branch again"));
        Assert.Equal("b", (string?)run.Value("download from the branch"));
        Assert.Null(run.Step("download from main")["value"]);
        Assert.Null(run.Step("delete the branch")["error"]);
        Assert.Equal(404, run.Refusal("download from no branch"));
    }

    [Fact]
    public void It_makes_and_deletes_a_tag()
    {
        Assert.Equal(200, (int)run.Value("tag"));
        Assert.Equal("yes", (string?)run.Value("download from the tag"));
        Assert.Equal(200, (int)run.Value("delete the tag"));
    }

    [Fact]
    public void It_opens_a_pull_request() =>
        Assert.EndsWith("/team/made-by-js/discussions/1", (string?)run.Value("pull request")["pullRequestUrl"], StringComparison.Ordinal);

    [Fact]
    public void It_deletes_files()
    {
        run.Value("delete a file");
        run.Value("delete files");
        Assert.Equal(404, run.Refusal("delete a missing file"));
        var left = run.Value("list after deletions").AsArray().Select(path => (string?)path).ToList();
        Assert.DoesNotContain("first.txt", left);
        Assert.DoesNotContain("copy", left);
        Assert.Contains("large.npy", left);
    }

    [Fact]
    public void Unsafe_names_and_strangers_are_refused()
    {
        Assert.Equal(422, run.Refusal("commit an unsafe name"));
        Assert.Equal(401, run.Refusal("upload without a token"));
    }

    [Fact]
    public void It_uses_data_sets_like_models()
    {
        run.Value("create a data set");
        run.Value("upload to the data set");
        Assert.Equal("team/data-by-js", (string?)Assert.Single(run.Value("list data sets").AsArray())!["name"]);
    }

    [Fact]
    public void It_deletes_the_repository()
    {
        Assert.Equal(404, run.Refusal("missing repository"));
        Assert.Null(run.Step("delete the repository")["error"]);
        Assert.False((bool)run.Value("exists after deletion"));
    }
}
