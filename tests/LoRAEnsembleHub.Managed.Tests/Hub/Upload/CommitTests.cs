using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class CommitTests
{
    private static readonly RepoId Repo = RepoId.Parse("team/set");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_branch_that_is_not_where_it_must_be_is_left_alone_and_the_advice_names_a_way()
    {
        await using var hub = await PushHub.StartAsync();
        var seen = hub.Make(("a.txt", "a"));
        hub.Branches["main"].Add(new("by another", seen.Files));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));

        var refusal = await Assert.ThrowsAsync<HubException>(() =>
            client.PushAsync(Repo, folder.FullPath, new() { Parent = seen.Id }, cancellationToken: Cancelled)
        );

        Assert.Equal(HubErrorKind.Conflict, refusal.Kind);
        Assert.Contains(seen.Id.Hex, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--revision", refusal.Hint, StringComparison.Ordinal);
        Assert.Equal("by another", hub.Head().Title);
        Assert.Single(hub.Seen("/commit/"));
    }

    [Fact]
    public async Task A_branch_that_is_where_it_must_be_takes_all_commits_of_the_push()
    {
        await using var hub = await PushHub.StartAsync();
        var parent = hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"), ("c.txt", "c"));

        await client.PushAsync(Repo, folder.FullPath, new() { Parent = parent.Id, MaxFilesPerCommit = 1 }, cancellationToken: Cancelled);

        Assert.Equal(3, hub.Branches["main"].Count);
        Assert.Contains(parent.Id.Hex, hub.Seen("/commit/")[0].Text, StringComparison.Ordinal);
        Assert.Contains(hub.Branches["main"][1].Id.Hex, hub.Seen("/commit/")[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_commit_whose_answer_was_lost_is_found_and_not_made_again(bool withParent, bool asError)
    {
        await using var hub = await PushHub.StartAsync();
        var parent = hub.Make(("a.txt", "a"), ("old.txt", "o"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"), ("c.safetensors", "c"));
        Lose(hub, 1, asError);
        var options = new PushOptions { Parent = withParent ? parent.Id : null, Delete = ["old.txt"] };

        var result = await client.PushAsync(Repo, folder.FullPath, options, cancellationToken: Cancelled);

        Assert.Equal(2, hub.Branches["main"].Count);
        Assert.Equal(hub.Head().Id, result.Head);
        Assert.Single(hub.Seen("/commit/"));
    }

    [Fact]
    public async Task A_commit_that_never_arrived_is_sent_again_on_condition_that_the_branch_has_not_moved()
    {
        await using var hub = await PushHub.StartAsync();
        var parent = hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        var failures = 2;
        hub.Before = (context, seen) =>
        {
            if (!IsCommit(seen) || failures-- <= 0)
            {
                return Task.FromResult(false);
            }

            context.Abort();
            return Task.FromResult(true);
        };

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(2, hub.Branches["main"].Count);
        var tries = hub.Seen("/commit/");
        Assert.Equal(3, tries.Length);
        Assert.DoesNotContain("parentCommit", tries[0].Text, StringComparison.Ordinal);
        Assert.All(tries.Skip(1), again => Assert.Contains($"\"parentCommit\":\"{parent.Id}\"", again.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_first_try_that_was_only_late_is_not_made_twice()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        HubCommit? late = null;
        hub.Before = (context, seen) =>
        {
            if (!IsCommit(seen))
            {
                return Task.FromResult(false);
            }

            if (late is null)
            {
                late = new("Push b.txt", new Dictionary<string, Stored>(hub.Head().Files) { ["b.txt"] = Stored.Text("b") });
                context.Abort();
                return Task.FromResult(true);
            }

            // It arrives after the client looked and before its second try.
            if (hub.Branches["main"].Count == 1)
            {
                hub.Branches["main"].Add(late);
            }

            return Task.FromResult(false);
        };

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(2, hub.Branches["main"].Count);
        Assert.Equal(late?.Id, result.Head);
    }

    [Fact]
    public async Task Anothers_commit_in_between_is_not_taken_for_ours()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        var failed = false;
        hub.Before = (context, seen) =>
        {
            if (!IsCommit(seen) || failed)
            {
                return Task.FromResult(false);
            }

            failed = true;
            hub.Branches["main"]
                .Add(new("Push b.txt", new Dictionary<string, Stored>(hub.Head().Files) { ["b.txt"] = Stored.Text("theirs") }));
            context.Abort();
            return Task.FromResult(true);
        };

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(3, hub.Branches["main"].Count);
        Assert.Equal("b", hub.Head().Text("b.txt"));
        Assert.Equal(hub.Head().Id, result.Head);
    }

    [Fact]
    public async Task A_pull_request_whose_answer_was_lost_is_found_and_not_opened_again()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        hub.Branches["refs/pr/1"] = [new("of another", new Dictionary<string, Stored> { ["b.txt"] = Stored.Text("b") })];
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        Lose(hub, 1, asError: false);

        var result = await client.PushAsync(Repo, folder.FullPath, new() { CreatePullRequest = true }, cancellationToken: Cancelled);

        Assert.Equal(["main", "refs/pr/1", "refs/pr/2"], hub.Branches.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("refs/pr/2", result.Revision.Name);
        Assert.Single(hub.Seen("/commit/"));
    }

    [Fact]
    public async Task A_pull_request_that_never_arrived_is_opened_although_the_branch_moved_meanwhile()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        var failed = false;
        hub.Before = (context, seen) =>
        {
            if (!IsCommit(seen) || failed)
            {
                return Task.FromResult(false);
            }

            failed = true;
            hub.Branches["main"].Add(new("by another", hub.Head().Files));
            context.Abort();
            return Task.FromResult(true);
        };

        var result = await client.PushAsync(Repo, folder.FullPath, new() { CreatePullRequest = true }, cancellationToken: Cancelled);

        Assert.Equal("refs/pr/1", result.Revision.Name);
        Assert.Equal(["a.txt", "b.txt"], hub.Head("refs/pr/1").Names);
    }

    [Fact]
    public async Task A_hub_that_stays_away_after_the_commit_leaves_the_outcome_open_and_says_so()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        var isAway = false;
        hub.Before = (context, seen) =>
        {
            isAway |= IsCommit(seen);
            if (isAway)
            {
                context.Abort();
            }

            return Task.FromResult(isAway);
        };

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Equal(HubErrorKind.Network, refusal.Kind);
        Assert.Contains("could not be seen", refusal.Message, StringComparison.Ordinal);
        Assert.Single(hub.Seen("/commit/"));
    }

    [Theory]
    [InlineData(400, HubErrorKind.BadRequest)]
    [InlineData(403, HubErrorKind.Forbidden)]
    [InlineData(422, HubErrorKind.BadRequest)]
    public async Task A_commit_that_is_refused_is_not_sent_again(int status, HubErrorKind expected)
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        hub.Before = async (context, seen) =>
        {
            if (!IsCommit(seen))
            {
                return false;
            }

            await new Refusal(status, null, "The hub says no.").ExecuteAsync(context);
            return true;
        };

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Equal(expected, refusal.Kind);
        Assert.Contains("The hub says no.", refusal.Message, StringComparison.Ordinal);
        Assert.Single(hub.Seen("/commit/"));
    }

    [Fact]
    public async Task A_push_that_stops_between_commits_is_completed_by_the_next()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"), ("c.txt", "c"), ("d.txt", "d"));
        hub.Before = async (context, seen) =>
        {
            if (!IsCommit(seen) || hub.Branches["main"].Count < 3)
            {
                return false;
            }

            await new Refusal(403, null, "enough").ExecuteAsync(context);
            return true;
        };
        var options = new PushOptions { MaxFilesPerCommit = 1 };
        await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, options, cancellationToken: Cancelled));
        hub.Before = (_, _) => Task.FromResult(false);

        var result = await client.PushAsync(Repo, folder.FullPath, options, cancellationToken: Cancelled);

        Assert.Equal(["b.txt", "c.txt"], result.Unchanged);
        Assert.Equal(["d.txt"], result.Pushed);
        Assert.Equal(["a.txt", "b.txt", "c.txt", "d.txt"], hub.Head().Names);
    }

    [Theory]
    [InlineData("/commit/")]
    [InlineData("/put/")]
    public async Task A_large_body_that_is_refused_by_its_head_is_not_sent_and_the_reason_is_told(string path)
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder();
        folder.Put(path == "/put/" ? "b.safetensors" : "b.bin", PushFolder.Noise(20 << 20));
        hub.Early = context => context.Request.Path.Value!.Contains(path, StringComparison.Ordinal) ? 413 : null;
        var sent = new MostTransferred();

        var refusal = await Assert.ThrowsAsync<HubException>(() =>
            client.PushAsync(Repo, folder.FullPath, progress: sent, cancellationToken: Cancelled)
        );

        Assert.Equal(413, (int?)refusal.StatusCode);
        Assert.Contains("Refused unread.", refusal.Message, StringComparison.Ordinal);
        Assert.Single(hub.Seen(path));
        Assert.Equal(0, sent.Bytes);
    }

    [Fact]
    public async Task A_hub_without_a_history_is_looked_at_by_where_its_branch_stands()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make(("a.txt", "a"));
        using var client = hub.Client();
        using var folder = new PushFolder(("b.txt", "b"));
        Lose(hub, 1, asError: false);
        hub.Early = context => context.Request.Path.Value!.Contains("/commits/", StringComparison.Ordinal) ? 404 : null;

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(hub.Head().Id, result.Head);
        Assert.Single(hub.Seen("/commit/"));
        Assert.Single(hub.Seen("/commits/"));
    }

    private sealed class MostTransferred : IProgress<TransferProgress>
    {
        public long Bytes { get; private set; }

        public void Report(TransferProgress value) => Bytes = Math.Max(Bytes, value.BytesTransferred);
    }

    private static bool IsCommit(SeenRequest seen) => seen.Path.Contains("/commit/", StringComparison.Ordinal);

    private static void Lose(PushHub hub, int count, bool asError)
    {
        hub.After = (context, seen) =>
        {
            if (!IsCommit(seen) || count-- <= 0)
            {
                return;
            }

            if (asError)
            {
                context.Response.StatusCode = 502;
                context.Response.StartAsync().GetAwaiter().GetResult();
            }

            context.Abort();
        };
    }
}
