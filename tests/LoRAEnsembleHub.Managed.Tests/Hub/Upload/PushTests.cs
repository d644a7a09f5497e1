using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class PushTests
{
    private static readonly RepoId Repo = RepoId.Parse("team/set");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_push_makes_the_repository_and_brings_every_byte()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder(
            ("README.md", "# card\n"),
            ("config.json", "{}\n"),
            ("empty.txt", ""),
            ("sub/notes ü.txt", "notes")
        );
        var weights = PushFolder.Noise(100_000);
        folder.Put("member-00/adapter_model.safetensors", weights);

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.True(result.RepoCreated);
        Assert.Equal(hub.Head().Id, result.Head);
        Assert.Equal([hub.Head().Id], result.Commits);
        Assert.Equal("Push 5 files", hub.Head().Title);
        Assert.Equal(
            [".gitattributes", "README.md", "config.json", "empty.txt", "member-00/adapter_model.safetensors", "sub/notes ü.txt"],
            hub.Head().Names
        );
        Assert.Equal("notes", hub.Head().Text("sub/notes ü.txt"));
        Assert.Equal(weights, hub.Head().Files["member-00/adapter_model.safetensors"].Bytes);
        Assert.Equal(100_000 + 7 + 3 + 5, result.BytesSent);
    }

    [Fact]
    public async Task A_second_push_of_the_same_folder_sends_no_byte_and_makes_no_commit()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder(("a.txt", "a"), ("model.safetensors", "weights"));
        var first = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);
        hub.Requests.Clear();

        var second = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Empty(second.Commits);
        Assert.Equal(first.Head, second.Head);
        Assert.Equal(["a.txt", "model.safetensors"], second.Unchanged);
        Assert.Equal(0, second.BytesSent);
        Assert.False(second.RepoCreated);
        Assert.Equal(["GET", "POST"], hub.Requests.Select(request => request.Method)); // Where the branch stands, and what is needed.
    }

    [Fact]
    public async Task Only_what_changed_is_sent()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder(("a.txt", "a"), ("b.txt", "b"), ("model.safetensors", "weights"));
        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);
        folder.Put("b.txt", "new"u8.ToArray());
        hub.Requests.Clear();

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(["b.txt"], result.Pushed);
        Assert.Equal("Push b.txt", hub.Head().Title);
        Assert.Equal("new", hub.Head().Text("b.txt"));
        Assert.Empty(hub.Seen("batch"));
        Assert.Equal(3, result.BytesSent);
    }

    [Fact]
    public async Task Delete_patterns_reach_files_below_the_place_but_never_what_is_pushed_nor_gitattributes()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(
            (".gitattributes", "x"),
            ("in/.gitattributes", "x"),
            ("in/old.txt", "o"),
            ("in/keep.txt", "k"),
            ("out/old.txt", "o"),
            ("in/deep/old.txt", "o")
        );
        using var client = hub.Client();
        using var folder = new PushFolder(("keep.txt", "k"), ("new.txt", "n"));

        var result = await client.PushAsync(
            Repo,
            folder.FullPath,
            new() { PathInRepo = "in", Delete = ["*.txt"] },
            cancellationToken: Cancelled
        );

        Assert.Equal(["in/deep/old.txt", "in/old.txt"], result.Deleted);
        Assert.Equal(["in/keep.txt"], result.Unchanged);
        Assert.Equal([".gitattributes", "in/.gitattributes", "in/keep.txt", "in/new.txt", "out/old.txt"], hub.Head().Names);
        Assert.Single(result.Commits);
    }

    [Fact]
    public async Task Deleting_alone_is_a_commit_too_and_needs_no_file()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"), (".gitattributes", "x"));
        using var client = hub.Client();
        using var folder = new PushFolder();

        var result = await client.PushAsync(Repo, folder.FullPath, new() { Delete = ["*"] }, cancellationToken: Cancelled);

        Assert.Equal(["a.txt"], result.Deleted);
        Assert.Equal("Delete a.txt", hub.Head().Title);
        Assert.Equal([".gitattributes"], hub.Head().Names);
    }

    [Fact]
    public async Task A_file_may_take_the_place_of_a_folder()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("data/part.txt", "p"));
        using var client = hub.Client();
        using var folder = new PushFolder(("data", "one file now"));

        await client.PushAsync(Repo, folder.FullPath, new() { Delete = ["data/*"] }, cancellationToken: Cancelled);

        var lines = hub.Seen("/commit/")[0].Text.Split('\n');
        Assert.Contains("deletedFile", lines[1], StringComparison.Ordinal);
        Assert.Equal(["data"], hub.Head().Names);
    }

    [Fact]
    public async Task An_empty_folder_is_refused_before_anything_is_asked()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder((".git/config", "x"));

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Equal(HubErrorKind.LocalFile, refusal.Kind);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task A_missing_branch_is_made_from_main_and_main_stays()
    {
        await using var hub = await PushHub.StartAsync();
        var main = hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));

        var result = await client.PushAsync(
            Repo,
            folder.FullPath,
            new() { Revision = Revision.Parse("exp/one") },
            cancellationToken: Cancelled
        );

        Assert.True(result.BranchCreated);
        Assert.False(result.RepoCreated);
        Assert.Equal(main.Id, hub.Head().Id);
        Assert.Equal(["a.txt", "b.txt"], hub.Head("exp/one").Names);
    }

    [Fact]
    public async Task A_missing_repository_is_not_made_where_that_is_forbidden()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));

        var refusal = await Assert.ThrowsAsync<HubException>(() =>
            client.PushAsync(Repo, folder.FullPath, new() { CreateRepo = false }, cancellationToken: Cancelled)
        );

        Assert.Equal(HubErrorKind.RepositoryNotFound, refusal.Kind);
        Assert.Empty(hub.Branches);
    }

    [Fact]
    public async Task A_commit_is_no_place_to_push_to()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        var options = new PushOptions { Revision = Revision.Parse(new string('a', 40)) };

        var refusal = await Assert.ThrowsAsync<HubException>(() =>
            client.PushAsync(Repo, folder.FullPath, options, cancellationToken: Cancelled)
        );

        Assert.Equal(HubErrorKind.InvalidName, refusal.Kind);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Offline_nothing_is_read_and_nothing_asked()
    {
        await using var hub = await PushHub.StartAsync();
        using var folder = new PushFolder(("b.txt", "b"));
        using var client = hub.Client(new() { CacheFolder = folder.Beside("cache"), Offline = true });

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Equal(HubErrorKind.Offline, refusal.Kind);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Files_that_the_hub_ignores_are_left_out_and_named_and_it_is_given_the_rules()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Ignored.Add("scratch.tmp");
        using var client = hub.Client();
        using var folder = new PushFolder(
            (".gitignore", "*.tmp\n"),
            (".gitattributes", "*.x filter=lfs\n"),
            ("scratch.tmp", "s"),
            ("a.txt", "a")
        );

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(["scratch.tmp"], result.Ignored);
        Assert.Equal([".gitattributes", ".gitignore", "a.txt"], hub.Head().Names);
        var question = System.Text.Json.JsonDocument.Parse(hub.Seen("preupload")[0].Body).RootElement;
        Assert.Equal("*.tmp\n", question.GetProperty("gitIgnore").GetString());
        Assert.Equal("*.x filter=lfs\n", question.GetProperty("gitAttributes").GetString());
    }

    [Fact]
    public async Task An_empty_file_is_never_a_large_one()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder(("empty.safetensors", ""));

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Empty(hub.Seen("batch"));
        Assert.Empty(hub.Head().Files["empty.safetensors"].Bytes);
    }

    [Fact]
    public async Task Many_files_are_asked_about_in_questions_of_bounded_size_and_committed_as_one()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder();
        for (var number = 0; number < 600; number++)
        {
            folder.Put($"f{number % 7}/{number}.txt", BitConverter.GetBytes(number));
        }

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(600, result.Pushed.Count);
        Assert.Equal(3, hub.Seen("preupload").Length);
        Assert.Single(result.Commits);
        Assert.Equal(601, hub.Head().Names.Length);
    }

    [Fact]
    public async Task Several_commits_are_made_only_when_asked_for_and_the_last_one_deletes()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("old.txt", "o"));
        using var client = hub.Client();
        using var folder = new PushFolder(("a.txt", "a"), ("b.safetensors", "b"), ("c.txt", "c"));
        var options = new PushOptions
        {
            MaxFilesPerCommit = 2,
            Message = "all of it",
            Delete = ["old.txt"],
        };

        var result = await client.PushAsync(Repo, folder.FullPath, options, cancellationToken: Cancelled);

        var commits = hub.Branches["main"];
        Assert.Equal(["initial commit", "all of it (part 1)", "all of it (part 2)"], commits.Select(commit => commit.Title));
        Assert.Equal(["a.txt", "b.safetensors", "old.txt"], commits[1].Names);
        Assert.Equal(["a.txt", "b.safetensors", "c.txt"], commits[2].Names);
        Assert.Equal(commits.Skip(1).Select(commit => commit.Id), result.Commits);
    }

    [Fact]
    public async Task A_pull_request_leaves_the_branch_alone_and_further_commits_go_into_it()
    {
        await using var hub = await PushHub.StartAsync();
        var main = hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"), ("c.safetensors", "c"));
        var options = new PushOptions { CreatePullRequest = true, MaxFilesPerCommit = 1 };

        var result = await client.PushAsync(Repo, folder.FullPath, options, cancellationToken: Cancelled);

        Assert.Equal("refs/pr/1", result.Revision.Name);
        Assert.EndsWith("/team/set/discussions/1", result.PullRequest?.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(main.Id, hub.Head().Id);
        Assert.Equal(["a.txt", "b.txt", "c.safetensors"], hub.Head("refs/pr/1").Names);
        Assert.Equal("?create_pr=1", hub.Seen("preupload")[0].Query);
        Assert.DoesNotContain("\"ref\"", hub.Seen("batch")[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("refs/pr/2", hub.Branches.Keys);
    }

    [Fact]
    public async Task Progress_ends_at_all_bytes_and_all_files()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder(("a.txt", "12345"));
        folder.Put("b.safetensors", PushFolder.Noise(600_000));
        var reports = new Reports();

        await client.PushAsync(Repo, folder.FullPath, progress: reports, cancellationToken: Cancelled);

        Assert.True(reports.Seen.Count > 4);
        Assert.Equal(reports.Seen.Select(report => report.BytesDone).Order(), reports.Seen.Select(report => report.BytesDone));
        Assert.All(reports.Seen, report => Assert.Equal(600_005, report.Bytes));
        Assert.Equal((600_005, 2, 2), (reports.Seen[^1].BytesDone, reports.Seen[^1].FilesDone, reports.Seen[^1].Files));
    }

    [Fact]
    public async Task A_cancelled_push_commits_nothing()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("model.safetensors", "weights"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        hub.Before = async (_, seen) =>
        {
            if (seen.Method == "PUT")
            {
                await stop.CancelAsync();
            }

            return false;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            client.PushAsync(Repo, folder.FullPath, cancellationToken: stop.Token)
        );

        Assert.Empty(hub.Seen("/commit/"));
        Assert.Single(hub.Branches["main"]);
    }

    [Theory]
    [InlineData("a.txt", false)]
    [InlineData("a.txt", true)]
    [InlineData("model.safetensors", false)]
    [InlineData("model.safetensors", true)]
    public async Task A_file_that_changes_during_the_push_is_refused_by_name_and_not_committed(string path, bool isHidden)
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("old.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder((path, "before"));
        hub.Before = (_, seen) =>
        {
            if (seen.Path.Contains("preupload", StringComparison.Ordinal))
            {
                var written = File.GetLastWriteTimeUtc(folder.Locate(path));
                folder.Put(path, "behind"u8.ToArray());
                if (isHidden)
                {
                    File.SetLastWriteTimeUtc(folder.Locate(path), written);
                }
            }

            return Task.FromResult(false);
        };

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Equal(HubErrorKind.LocalFile, refusal.Kind);
        Assert.Contains($"'{path}' changed", refusal.Message, StringComparison.Ordinal);
        Assert.Single(hub.Branches["main"]);
        Assert.Empty(hub.Objects);
    }

    private sealed class Reports : IProgress<TransferProgress>
    {
        public List<TransferProgress> Seen { get; } = [];

        public void Report(TransferProgress value) => Seen.Add(value);
    }
}
