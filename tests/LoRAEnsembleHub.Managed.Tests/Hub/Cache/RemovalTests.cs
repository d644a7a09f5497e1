using LoRAEnsembleHub.Hub;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class RemovalTests : IDisposable
{
    private static readonly DateTime start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TestCache cache = new();

    public void Dispose() => cache.Dispose();

    [Fact]
    public async Task Pruning_takes_detached_snapshots_unfinished_downloads_orphans_and_stray_records()
    {
        await cache.PullBothAsync();
        var kept = Listing(cache.Layout.Root);
        Write("blobs/aa.12345678.incomplete", 7);
        Write("blobs/" + new string('b', 40), 11);
        Write(".no_exist/" + new string('3', 40) + "/x", 0);
        Write("trees/" + new string('4', 40) + ".json", 3);
        var plan = await cache.Cache.PlanPruneAsync(new(), Token);
        Assert.Equal(7 + 11 + 2054, plan.FreedBytes);
        var result = await cache.Cache.ApplyAsync(plan, Token);
        Assert.Empty(result.Failures);
        Assert.Equal(plan.FreedBytes, result.FreedBytes);

        // What is left is what pulling the second commit alone leaves.
        using var alone = new TestCache();
        await alone.PullAsync(Second, Revision.Main);
        Directory.CreateDirectory(Path.Combine(alone.Repo, ".no_exist"));
        Assert.Equal(
            Listing(alone.Layout.Root).OrderBy(pair => pair.Key, StringComparer.Ordinal),
            Listing(cache.Layout.Root).OrderBy(pair => pair.Key, StringComparer.Ordinal)
        );
        Assert.True((await cache.Cache.PlanPruneAsync(new(), Token)).IsEmpty);
        Assert.NotEmpty(kept);
    }

    [Fact]
    public async Task A_plan_changes_nothing()
    {
        await cache.PullBothAsync();
        var before = Listing(cache.Layout.Root);
        Assert.False((await cache.Cache.PlanPruneAsync(new() { MaxBytes = 0 }, Token)).IsEmpty);
        Assert.False((await cache.Cache.PlanRemovalAsync([CacheTarget.Of(Set)], Token)).IsEmpty);
        Assert.Equal(before, Listing(cache.Layout.Root));
    }

    [Fact]
    public async Task A_limit_takes_the_snapshots_that_were_not_used_for_longest_until_the_rest_fits()
    {
        RepoId[] repos = [RepoId.Parse("team/old"), RepoId.Parse("team/middle"), RepoId.Parse("team/new")];
        int[] ages = [30, 20, 10];
        foreach (var (repo, age) in repos.Zip(ages))
        {
            await cache.PullAsync(Second, Revision.Main, null, repo);
            Date(cache.Layout.Repo(repo), start.AddDays(-age));
        }

        // Each has 2091 bytes.
        Assert.Equal([], await Gone(new() { MaxBytes = 3 * 2091 }));
        Assert.Equal(["team/old"], await Gone(new() { MaxBytes = (3 * 2091) - 1 }));
        Assert.Equal(["team/old"], await Gone(new() { MaxBytes = 2 * 2091 }));
        Assert.Equal(["team/middle", "team/old"], await Gone(new() { MaxBytes = 2091 }));
        Assert.Equal(["team/middle", "team/new", "team/old"], await Gone(new() { MaxBytes = 0 }));
        Assert.Equal(["team/middle"], await Gone(new() { MaxBytes = 2 * 2091, Keep = [repos[0]] }));

        // Reading counts as use.
        File.SetLastAccessTimeUtc(cache.Layout.Blob(repos[0], Files(Second)[0].Hash), start);
        Assert.Equal(["team/middle"], await Gone(new() { MaxBytes = 2 * 2091 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cache.Cache.PlanPruneAsync(new() { MaxBytes = -1 }, Token));
    }

    [Fact]
    public async Task Bytes_that_a_kept_snapshot_shares_are_not_counted_as_freed()
    {
        await cache.PullBothAsync();
        await cache.Writer.WriteRefAsync(Set, Revision.Parse("v1"), First, Token);
        Date(cache.Repo, start);
        File.SetLastAccessTimeUtc(cache.Layout.Blob(Set, Files(Second)[0].Hash), start.AddDays(1));
        var plan = await cache.Cache.PlanPruneAsync(new() { MaxBytes = 4144 }, Token);
        Assert.Equal([cache.Layout.Snapshot(Set, First)], plan.Snapshots);
        Assert.Equal([cache.Layout.Ref(Set, Revision.Parse("v1"))], plan.Refs);
        Assert.Equal(2054, plan.FreedBytes);
    }

    [Fact]
    public async Task A_snapshot_of_hard_links_takes_its_blobs_along_and_counts_them_once()
    {
        using var hard = new TestCache(new() { FirstPointerKind = PointerKind.HardLink });
        await hard.PullBothAsync();
        var plan = await hard.Cache.PlanRemovalAsync([CacheTarget.Of(First)], Token);
        Assert.Equal(2054, plan.FreedBytes);
        var result = await hard.Cache.ApplyAsync(plan, Token);
        Assert.Equal((2054L, 0), (result.FreedBytes, result.Failures.Count));
        var blobs = Directory.GetFiles(hard.Layout.Blobs(Set)).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(Files(Second).Select(file => file.Hash.Hex).Order(StringComparer.Ordinal), blobs);

        plan = await hard.Cache.PlanRemovalAsync([CacheTarget.Of(Set)], Token);
        Assert.Equal(2091, plan.FreedBytes);
        Assert.Equal(2091, (await hard.Cache.ApplyAsync(plan, Token)).FreedBytes);
    }

    [Fact]
    public async Task A_snapshot_of_copies_frees_its_own_bytes_and_the_blobs()
    {
        using var copies = new TestCache(new() { FirstPointerKind = PointerKind.Copy });
        await copies.PullAsync(Second, Revision.Main);
        var plan = await copies.Cache.PlanPruneAsync(new() { MaxBytes = 0 }, Token);
        Assert.Equal(2 * 2091, plan.FreedBytes);
        Assert.Equal(2 * 2091, (await copies.Cache.ApplyAsync(plan, Token)).FreedBytes);
        Assert.Empty((await copies.Cache.ScanAsync(Token)).Repos);
    }

    [Fact]
    public async Task A_repository_that_cannot_be_read_can_be_removed()
    {
        await cache.PullBothAsync();
        Directory.Delete(cache.Layout.Snapshots(Set), recursive: true);
        var plan = await cache.Cache.PlanRemovalAsync([CacheTarget.Parse("model/team/set")], Token);
        Assert.Equal(([cache.Repo], 4145L, 0), (plan.Repos, plan.FreedBytes, plan.NotFound.Count));
        Assert.Empty((await cache.Cache.ApplyAsync(plan, Token)).Failures);
        Assert.False(Directory.Exists(cache.Repo));
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_not_found()
    {
        await cache.PullBothAsync();
        string[] targets = ["model/team/none", "dataset/team/set", new('9', 40)];
        var plan = await cache.Cache.PlanRemovalAsync([.. targets.Select(CacheTarget.Parse)], Token);
        Assert.Equal(targets, plan.NotFound);
        Assert.True(plan.IsEmpty);
    }

    [Theory]
    [InlineData("model/team/set", "model/team/set")]
    [InlineData("models/team/set", "model/team/set")]
    [InlineData("datasets/team/set", "dataset/team/set")]
    [InlineData("hf://datasets/team/set", "dataset/team/set")]
    [InlineData("hf://team/set", "model/team/set")]
    [InlineData("1111111111111111111111111111111111111111", "1111111111111111111111111111111111111111")]
    public void A_target_is_read_as_the_list_shows_it(string text, string shown) => Assert.Equal(shown, CacheTarget.Parse(text).ToString());

    [Theory]
    [InlineData("team/set")]
    [InlineData("1111111")]
    [InlineData("model/")]
    [InlineData("model/../x")]
    [InlineData("")]
    public void What_names_nothing_is_no_target(string text) =>
        Assert.Equal(HubErrorKind.InvalidName, Assert.Throws<HubException>(() => CacheTarget.Parse(text)).Kind);

    [Fact]
    public async Task What_somebody_is_downloading_stays()
    {
        await cache.PullBothAsync();
        var before = Listing(cache.Layout.Root);
        var prune = await cache.Cache.PlanPruneAsync(new(), Token);
        var all = await cache.Cache.PlanRemovalAsync([CacheTarget.Of(Set)], Token);
        using (await cache.Writer.LockAsync(Set, Files(Second)[0].Hash, Token))
        {
            Assert.Equal([cache.Repo], (await cache.Cache.ApplyAsync(all, Token)).Failures.Select(failure => failure.Path));
            var failure = Assert.Single((await cache.Cache.ApplyAsync(prune with { Blobs = [], Records = [] }, Token)).Failures);
            Assert.Equal(cache.Layout.Snapshot(Set, First), failure.Path);
            Assert.Contains("downloading", failure.Reason, StringComparison.Ordinal);
            Assert.Equal(before, Listing(cache.Layout.Root));
        }

        Assert.Empty((await cache.Cache.ApplyAsync(all, Token)).Failures);
    }

    [Fact]
    public async Task A_content_that_a_snapshot_began_to_use_after_the_plan_stays()
    {
        await cache.PullBothAsync();
        var orphan = Path.Combine(cache.Layout.Blobs(Set), new string('b', 40));
        await File.WriteAllTextAsync(orphan, "x", Token);
        var plan = await cache.Cache.PlanPruneAsync(new() { Detached = false }, Token);
        Assert.Equal([orphan], plan.Blobs);
        await cache.Writer.LinkAsync(Set, Second, "late.txt", ContentHash.Parse(new('b', 40)), Token);
        var result = await cache.Cache.ApplyAsync(plan, Token);
        Assert.Equal([orphan], result.Failures.Select(failure => failure.Path));
        Assert.True(File.Exists(orphan));
    }

    [Fact]
    public async Task Links_are_removed_and_what_they_lead_to_stays()
    {
        PartialFileTests.SkipWithoutLinks();
        await cache.PullBothAsync();
        var outside = Directory.CreateDirectory(Path.Combine(cache.Layout.Root, "..", "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "precious"), "x", Token);
        File.CreateSymbolicLink(Path.Combine(cache.Layout.Snapshot(Set, First), "folder"), outside);
        File.CreateSymbolicLink(Path.Combine(cache.Layout.Snapshot(Set, First), "file"), Path.Combine(outside, "precious"));
        File.CreateSymbolicLink(Path.Combine(cache.Layout.Blobs(Set), new string('c', 40)), Path.Combine(outside, "precious"));
        File.CreateSymbolicLink(Path.Combine(cache.Layout.Root, "models--team--linked"), outside);
        foreach (var target in new[] { CacheTarget.Of(First), CacheTarget.Of(RepoId.Parse("team/linked")), CacheTarget.Of(Set) })
        {
            var plan = await cache.Cache.PlanRemovalAsync([target], Token);
            Assert.DoesNotContain(plan.Blobs, blob => blob.StartsWith(outside, StringComparison.Ordinal));
            Assert.Empty((await cache.Cache.ApplyAsync(plan, Token)).Failures);
        }

        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(outside, "precious"), Token));
        Assert.Equal(
            [".locks", "CACHEDIR.TAG"],
            Directory.EnumerateFileSystemEntries(cache.Layout.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_folder_that_became_a_link_after_the_plan_is_not_gone_through()
    {
        PartialFileTests.SkipWithoutLinks();
        await cache.PullBothAsync();
        var plan = await cache.Cache.PlanRemovalAsync([CacheTarget.Of(First)], Token);
        var moved = cache.Layout.Root + "-moved";
        Directory.Move(cache.Repo, moved);
        File.CreateSymbolicLink(cache.Repo, moved);
        var before = Listing(moved);
        var result = await cache.Cache.ApplyAsync(plan, Token);
        Assert.NotEmpty(result.Failures);
        Assert.Equal(before, Listing(moved));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("{cache}/../other")]
    [InlineData("{cache}")]
    [InlineData("relative")]
    public async Task A_plan_for_something_else_removes_nothing(string path)
    {
        await cache.PullBothAsync();
        var plan = new RemovalPlan { Repos = [cache.Repo], Blobs = [path.Replace("{cache}", cache.Layout.Root, StringComparison.Ordinal)] };
        await Assert.ThrowsAsync<ArgumentException>(() => cache.Cache.ApplyAsync(plan, Token));
        Assert.True(Directory.Exists(cache.Repo));
    }

    [Fact]
    public async Task A_cache_that_is_not_there_is_told()
    {
        var exception = await Assert.ThrowsAsync<HubException>(() => cache.Cache.ScanAsync(Token));
        Assert.Equal(HubErrorKind.LocalFile, exception.Kind);
        Assert.Contains(cache.Layout.Root, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_of_downloads_are_pruned_also_where_the_repository_cannot_be_read()
    {
        Write("blobs/aa.incomplete", 5);
        var plan = await cache.Cache.PlanPruneAsync(new(), Token);
        Assert.Equal((1, 5L), (plan.Incomplete.Count, plan.FreedBytes));
        Assert.Equal(5, (await cache.Cache.ApplyAsync(plan, Token)).FreedBytes);
    }

    [Fact]
    public async Task What_Python_and_JavaScript_and_Rust_leave_is_read_without_complaint()
    {
        PartialFileTests.SkipWithoutLinks();
        await cache.PullBothAsync();

        // JavaScript: a pointer below the commit that last changed the file, no listing, no lock, a shared partial.
        var other = Path.Combine(cache.Layout.Snapshots(Set), new string('5', 40));
        Directory.CreateDirectory(other);
        File.CreateSymbolicLink(
            Path.Combine(other, "config.json"),
            $"../../blobs/{Files(First).Single(file => file.Path == "config.json").Hash}"
        );
        Write($"blobs/{new string('6', 64)}.incomplete", 3);

        // Rust: a lock that was left; Windows: a copy. Older Python: no CACHEDIR.TAG, no trees.
        File.Copy(Path.Combine(other, "config.json"), Path.Combine(other, "copy.json"));
        Directory.Delete(cache.Layout.Trees(Set), recursive: true);
        File.Delete(cache.Layout.Tag);
        var scan = await cache.Cache.ScanAsync(Token);
        Assert.Empty(scan.Warnings);
        Assert.Equal(3, scan.Repos[0].Revisions.Count);
        Assert.Equal((0, 1), (scan.Repos[0].Orphans.Count, scan.Repos[0].Incomplete.Count));
        Assert.True((await cache.Cache.VerifyAsync(new(), null, Token)).IsSound);
    }

    private async Task<IEnumerable<string>> Gone(PruneOptions options)
    {
        var plan = await cache.Cache.PlanPruneAsync(options, Token);
        return plan.Repos.Select(folder => Path.GetFileName(folder)["models--".Length..].Replace("--", "/", StringComparison.Ordinal));
    }

    private void Write(string path, int length)
    {
        var full = Path.Combine(cache.Repo, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, new byte[length]);
    }

    // Pointers carry a time of their own, which no call of .NET sets on a link: they are made anew as hard links where that matters.
    private static void Date(string repo, DateTime when)
    {
        foreach (var pointer in Directory.GetFiles(Path.Combine(repo, "snapshots"), "*", SearchOption.AllDirectories))
        {
            var blob = File.ResolveLinkTarget(pointer, true)!.FullName;
            File.Delete(pointer);
            new PointerLinks(PointerKind.HardLink).Make(repo, pointer, blob);
        }

        foreach (var blob in Directory.GetFiles(Path.Combine(repo, "blobs")))
        {
            File.SetLastWriteTimeUtc(blob, when);
            File.SetLastAccessTimeUtc(blob, when);
        }
    }
}
