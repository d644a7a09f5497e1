using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>Pulling into the cache.</summary>
public sealed class SnapshotPulls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pull_asks_for_the_commit_the_listing_and_each_file_once_and_for_nothing_the_second_time()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);

        var first = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        var second = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        var pinned = await bench.Client.PullAsync(
            FaultHub.Repo,
            new() { Revision = Revision.Parse(FaultHub.Commit.Hex) },
            cancellationToken: Cancel
        );

        HubBench.AssertWhole(hub, first);
        Assert.Equal(
            [
                "GET /api/models/team/set/revision/main",
                $"GET /api/models/team/set/tree/{FaultHub.Commit}?recursive=true&expand=false",
                $"GET /team/set/resolve/{FaultHub.Commit}/config.json",
                $"GET /team/set/resolve/{FaultHub.Commit}/member-00/adapter_config.json",
                $"GET /team/set/resolve/{FaultHub.Commit}/{TestContents.Weights}",
                "GET /api/models/team/set/revision/main",
            ],
            Lines(hub).Take(2).Concat(Lines(hub).Skip(2).SkipLast(1).Order(StringComparer.Ordinal)).Append(Lines(hub).Last())
        );
        Assert.Equal(first.FetchedBytes, hub.Files.Values.Sum(file => file.Length));
        Assert.All(second.Files, file => Assert.False(file.WasFetched));
        Assert.Equal((0, 0, first.Folder), (second.FetchedBytes, pinned.FetchedBytes, second.Folder));
        Assert.True(first.IsKnownComplete && second.IsKnownComplete && pinned.IsKnownComplete);
        Assert.All(hub.Server.Requests, request => Assert.Equal("identity", request.Headers["Accept-Encoding"]));
    }

    [Fact]
    public async Task The_cache_has_the_shared_layout_with_relative_links_and_a_ref_without_a_line_end()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        var repo = Path.Combine(bench.Cache, "models--team--set");
        Assert.Equal(Path.Combine(repo, "snapshots", FaultHub.Commit.Hex), snapshot.Folder);
        Assert.Equal(FaultHub.Commit.Hex, await File.ReadAllTextAsync(Path.Combine(repo, "refs", "main"), Cancel));
        Assert.True(File.Exists(Path.Combine(repo, "trees", $"{FaultHub.Commit}.json")));
        Assert.True(File.Exists(Path.Combine(bench.Cache, "CACHEDIR.TAG")));
        var weights = new FileInfo(Path.Combine(snapshot.Folder, TestContents.Weights));
        Assert.Equal($"../../../blobs/{FaultHub.HashOf(hub.Files[TestContents.Weights])}", weights.LinkTarget);
        Assert.Equal(
            hub.Files.Values.Select(FaultHub.HashOf).Order(StringComparer.Ordinal),
            bench.StoredBlobs().Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Pages_are_followed_to_the_last()
    {
        var files = Enumerable.Range(0, 25).ToDictionary(number => $"{number}.txt", number => TestContents.Bytes(30, number));
        await using var hub = new FaultHub(files) { PageSize = 10 };
        using var bench = new HubBench(hub.Server.Address);

        HubBench.AssertWhole(hub, await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel));

        Assert.Equal(1 + 3 + 25, hub.RequestCount);
    }

    [Fact]
    public async Task Content_that_several_files_share_is_fetched_once()
    {
        var content = TestContents.Bytes(5000, 1);
        await using var hub = new FaultHub(Enumerable.Range(0, 8).ToDictionary(member => $"member-{member:00}/head.bin", _ => content));
        using var bench = new HubBench(hub.Server.Address);

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        HubBench.AssertWhole(hub, snapshot);
        Assert.Equal(3, hub.RequestCount);
        Assert.Equal(content.Length, snapshot.FetchedBytes);
    }

    [Fact]
    public async Task Two_pulls_at_once_store_and_fetch_each_content_once()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        using var other = new HubClient(bench.Client.Options);

        var snapshots = await Task.WhenAll(
            bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel),
            other.PullAsync(FaultHub.Repo, cancellationToken: Cancel)
        );

        Assert.All(snapshots, snapshot => HubBench.AssertWhole(hub, snapshot));
        Assert.Equal(0, hub.BytesSentAgain);
        Assert.Equal(hub.Files.Values.Sum(file => file.Length), snapshots.Sum(snapshot => snapshot.FetchedBytes));
    }

    [Fact]
    public async Task Patterns_choose_and_a_later_pull_fetches_the_rest()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);

        var some = await bench.Client.PullAsync(
            FaultHub.Repo,
            new() { Patterns = new(["*.json"], ["config.json"]) },
            cancellationToken: Cancel
        );
        var all = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        Assert.Equal("member-00/adapter_config.json", Assert.Single(some.Files).Path);
        HubBench.AssertWhole(hub, all);
        Assert.False(all.Files.Single(file => file.Path == "member-00/adapter_config.json").WasFetched);
    }

    [Fact]
    public async Task An_unsafe_name_can_be_left_out_by_a_pattern()
    {
        await using var hub = new FaultHub(new Dictionary<string, byte[]> { ["../evil"] = [1], ["good.txt"] = [2] });
        using var bench = new HubBench(hub.Server.Address);

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, new() { Patterns = new(null, ["..*"]) }, cancellationToken: Cancel);

        Assert.Equal("good.txt", Assert.Single(snapshot.Files).Path);
    }

    [Theory]
    [InlineData(true, 3)] // The commit, one question about paths, the file.
    [InlineData(false, 4)] // The question is not understood; the listing does.
    public async Task A_file_by_name_needs_no_listing_if_the_hub_answers_questions_about_paths(bool knowsPaths, int requests)
    {
        await using var hub = new FaultHub(TestContents.Set()) { KnowsPaths = knowsPaths };
        using var bench = new HubBench(hub.Server.Address);

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, new() { Files = [TestContents.Weights] }, cancellationToken: Cancel);

        Assert.Equal(hub.Files[TestContents.Weights], await File.ReadAllBytesAsync(Assert.Single(snapshot.Files).LocalPath, Cancel));
        Assert.Equal(requests, hub.RequestCount);
    }

    [Fact]
    public async Task A_missing_file_is_named_with_names_like_it_and_remembered()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        var pull = new PullOptions { Files = ["member-00/adapter_confg.json"] };

        var error = await Assert.ThrowsAsync<HubException>(() => bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel));
        var before = hub.RequestCount;
        var again = await Assert.ThrowsAsync<HubException>(() =>
            bench.Client.PullAsync(FaultHub.Repo, pull with { Revision = Revision.Parse(FaultHub.Commit.Hex) }, cancellationToken: Cancel)
        );

        Assert.Equal((HubErrorKind.EntryNotFound, HubErrorKind.EntryNotFound), (error.Kind, again.Kind));
        Assert.Contains("'member-00/adapter_config.json'", error.Hint, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(bench.Cache, "models--team--set", ".no_exist", FaultHub.Commit.Hex, pull.Files[0])));
        Assert.InRange(hub.RequestCount - before, 0, 1); // For the hint alone.
    }

    [Fact]
    public async Task A_missing_revision_is_named_with_those_that_are_there()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);

        var error = await Assert.ThrowsAsync<HubException>(() =>
            bench.Client.PullAsync(FaultHub.Repo, new() { Revision = Revision.Parse("mian") }, cancellationToken: Cancel)
        );

        Assert.Equal((HubErrorKind.RevisionNotFound, "r-1"), (error.Kind, error.RequestId));
        Assert.Equal("It has main.", error.Hint);
    }

    [Fact]
    public async Task A_revision_with_a_slash_is_one_part_of_the_address()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);

        await Assert.ThrowsAsync<HubException>(() =>
            bench.Client.PullAsync(FaultHub.Repo, new() { Revision = Revision.Parse("refs/pr/1") }, cancellationToken: Cancel)
        );

        Assert.Equal("GET /api/models/team/set/revision/refs%2Fpr%2F1", Lines(hub).First());
    }

    [Fact]
    public async Task A_plan_says_what_would_be_fetched_and_fetches_no_file()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        await bench.Client.PullAsync(FaultHub.Repo, new() { Patterns = new(["config.json"]) }, cancellationToken: Cancel);
        var before = hub.RequestCount;

        var plan = await bench.Client.PlanPullAsync(FaultHub.Repo, cancellationToken: Cancel);

        Assert.Equal(before + 1, hub.RequestCount);
        Assert.Equal(["config.json"], plan.Files.Where(file => file.IsCached).Select(file => file.Path));
        Assert.Equal(hub.Files.Values.Sum(file => file.Length) - hub.Files["config.json"].Length, plan.BytesToFetch);
        Assert.All(plan.Files, file => Assert.StartsWith(plan.Folder, file.LocalPath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_leaves_nothing_behind_that_other_tools_call_corrupt()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);

        await bench.Client.PlanPullAsync(FaultHub.Repo, cancellationToken: Cancel);

        var scan = await new HubCache(bench.Client.Options.CacheFolder).ScanAsync(Cancel);
        Assert.Empty(scan.Warnings);
        Assert.Empty(Assert.Single(scan.Repos).Revisions);
    }

    [Fact]
    public async Task Files_that_do_not_fit_are_refused_with_both_numbers_before_the_first_is_fetched()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address, options => options with { FreeBytes = _ => 600_000 });

        var error = await Assert.ThrowsAsync<HubException>(() => bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel));

        Assert.Equal(HubErrorKind.DiskFull, error.Kind);
        Assert.Contains("600703 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("600000 are free", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, hub.RequestCount);
        HubBench.AssertWhole(hub, await bench.Client.PullAsync(FaultHub.Repo, new() { SkipSpaceCheck = true }, cancellationToken: Cancel));
    }

    [Fact]
    public async Task Forced_files_come_again_and_replace_a_blob_that_is_bad()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        var first = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        var weights = Path.Combine(first.Folder, TestContents.Weights);
        await File.WriteAllBytesAsync(
            File.ResolveLinkTarget(weights, true)!.FullName,
            TestContents.Bytes(TestContents.WeightsBytes, 9),
            Cancel
        );

        var second = await bench.Client.PullAsync(FaultHub.Repo, new() { ForceDownload = true }, cancellationToken: Cancel);

        HubBench.AssertWhole(hub, second);
        Assert.All(second.Files, file => Assert.True(file.WasFetched));
    }

    [Fact]
    public async Task A_verified_cache_is_repaired_through_the_client()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        var blob = File.ResolveLinkTarget(Path.Combine(snapshot.Folder, TestContents.Weights), true)!.FullName;
        await File.WriteAllBytesAsync(blob, TestContents.Bytes(TestContents.WeightsBytes, 9), Cancel);

        await new HubCache(bench.Cache).VerifyAsync(new() { Repair = true, Fetch = bench.Client.FetchAgainAsync }, null, Cancel);

        HubBench.AssertWhole(hub, snapshot);
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes_and_all_files()
    {
        await using var hub = new FaultHub(TestContents.Set());
        hub.On(TestContents.Weights, Faults.Flip(400_000));
        using var bench = new HubBench(hub.Server.Address);
        var progress = new LastReport();

        await bench.Client.PullAsync(FaultHub.Repo, progress: progress, cancellationToken: Cancel);

        var total = hub.Files.Values.Sum(file => file.LongLength);
        Assert.Equal(
            new()
            {
                Files = 4,
                FilesDone = 4,
                Bytes = total,
                BytesDone = total,
                BytesTransferred = total + TestContents.WeightsBytes,
            },
            progress.Last
        );
    }

    [Fact]
    public async Task A_cancelled_pull_throws_and_keeps_what_arrived()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        hub.On(
            TestContents.Weights,
            async (exchange, content, right) =>
            {
                await Faults.EndAfter(300_000)(exchange, content, right);
            },
            async (exchange, _, _) =>
            {
                await stop.CancelAsync();
                await exchange.StallAsync();
            }
        );
        // with several workers a small file may be on its way when the pull is cancelled, and would be sent again
        using var bench = new HubBench(hub.Server.Address, options => options with { MaxWorkers = 1 });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Client.PullAsync(FaultHub.Repo, cancellationToken: stop.Token));
        var partial = bench.StoredBlobs().Single(blob => blob.Key.EndsWith(".lorae.incomplete", StringComparison.Ordinal));
        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        Assert.Equal(hub.Files[TestContents.Weights][..300_000], partial.Value);
        HubBench.AssertWhole(hub, snapshot);
        Assert.Equal("bytes=300000-", hub.Server.Requests.Last(request => request.Headers.ContainsKey("Range")).Headers["Range"]);
        Assert.Equal(0, hub.BytesSentAgain);
    }

    [Fact]
    public async Task A_partial_whose_bytes_changed_on_the_disk_is_found_out_and_fetched_anew()
    {
        await using var hub = new FaultHub(TestContents.Set());
        hub.Always[TestContents.Weights] = Faults.ResetAtOnce;
        hub.On(TestContents.Weights, Faults.EndAfter(300_000));
        using var bench = new HubBench(hub.Server.Address);
        await Assert.ThrowsAsync<HubException>(() => bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel));
        var partial = Directory.EnumerateFiles(bench.Cache, "*.lorae.incomplete", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(partial, Cancel);
        bytes[1234] ^= 1;
        await File.WriteAllBytesAsync(partial, bytes, Cancel);
        hub.Always.Clear();

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        HubBench.AssertWhole(hub, snapshot);
        Assert.Equal(0, bench.WrongBlobs());
    }

    private static IEnumerable<string> Lines(FaultHub hub) => hub.Server.Requests.Select(request => $"{request.Method} {request.Target}");

    private sealed class LastReport : IProgress<TransferProgress>
    {
        private readonly Lock gate = new();

        public TransferProgress? Last { get; private set; }

        public void Report(TransferProgress value)
        {
            lock (gate)
            {
                Last = Last is null || value.BytesTransferred + value.FilesDone >= Last.BytesTransferred + Last.FilesDone ? value : Last;
            }
        }
    }
}
