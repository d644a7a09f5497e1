using LoRAEnsembleHub.Hub;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class VerifyTests : IDisposable
{
    private readonly TestCache cache = new();

    public void Dispose() => cache.Dispose();

    private static RepoFile Weights => Files(Second).Single(file => file.Path == "member-00/adapter_model.safetensors");

    [Theory]
    [InlineData(PointerKind.SymbolicLink, 8, 4145)]
    [InlineData(PointerKind.HardLink, 8, 4145)]
    [InlineData(PointerKind.Copy, 19, 8302)] // Eight blobs that no pointer shows as used, and eleven copies.
    public async Task A_sound_cache_is_read_once_and_found_sound(PointerKind kind, int files, long bytes)
    {
        using var one = new TestCache(new() { FirstPointerKind = kind });
        await one.PullBothAsync();
        var report = await one.Cache.VerifyAsync(new(), null, Token);
        Assert.True(report.IsSound);
        Assert.Equal((files, bytes), (report.CheckedFiles, report.CheckedBytes));
        Assert.Equal(2, report.Repos[0].Revisions.Count);
        Assert.All(report.Repos[0].Revisions, revision => Assert.Equal((0, 0), (revision.Missing.Count, revision.Extra.Count)));
        Assert.Empty(report.Repos[0].Unverifiable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_flipped_byte_is_found_with_and_without_a_listing(bool hasListing)
    {
        await cache.PullBothAsync();
        if (!hasListing)
        {
            Directory.Delete(cache.Layout.Trees(Set), recursive: true);
        }

        foreach (var file in Files(Second).Where(file => file.Size > 0))
        {
            var blob = cache.Layout.Blob(Set, file.Hash);
            Flip(blob);
            var report = await cache.Cache.VerifyAsync(new(), null, Token);
            var mismatch = Assert.Single(report.Repos[0].Mismatches);
            Assert.False(report.IsSound);
            Assert.Equal((blob, file.Hash, file.Size), (mismatch.Path, mismatch.Expected, mismatch.Size));
            Assert.NotEqual(file.Hash, mismatch.Actual);
            Assert.Contains(mismatch.Uses, use => use.Name == file.Path && use.Commit == Second);
            Flip(blob);
        }

        Assert.True((await cache.Cache.VerifyAsync(new(), null, Token)).IsSound);
    }

    [Fact]
    public async Task A_content_that_lost_or_gained_bytes_is_found()
    {
        await cache.PullBothAsync();
        foreach (var length in new[] { 0, 2047, 2049 })
        {
            using (var stream = File.OpenWrite(cache.Layout.Blob(Set, Weights.Hash)))
            {
                stream.SetLength(length);
            }

            Assert.Equal(length, Assert.Single((await cache.Cache.VerifyAsync(new(), null, Token)).Repos[0].Mismatches).Size);
        }
    }

    [Fact]
    public async Task Missing_and_extra_files_are_listed_and_are_no_fault()
    {
        await cache.PullAsync(Second, Revision.Main, new(["*.md"]));
        await cache.StoreAsync(Set, Second, Files(First)[0] with { Path = "extra.txt" }, Contents(First).First().Bytes);
        var report = await cache.Cache.VerifyAsync(new(), null, Token);
        Assert.True(report.IsSound);
        var revision = Assert.Single(report.Repos[0].Revisions);
        Assert.Equal(
            Files(Second).Select(file => file.Path).Where(path => path != "README.md").Order(StringComparer.Ordinal),
            revision.Missing.Select(file => file.Path)
        );
        Assert.Equal(["extra.txt"], revision.Extra);
    }

    [Fact]
    public async Task One_repository_or_commit_is_checked_alone()
    {
        var other = RepoId.Parse("team/other");
        await cache.PullBothAsync();
        await cache.PullAsync(First, Revision.Main, null, other);
        Flip(cache.Layout.Blob(Set, Weights.Hash));
        Assert.True((await cache.Cache.VerifyAsync(new() { Repo = other }, null, Token)).IsSound);
        Assert.True((await cache.Cache.VerifyAsync(new() { Repo = Set, Commit = First }, null, Token)).IsSound);
        Assert.False((await cache.Cache.VerifyAsync(new() { Repo = Set, Commit = Second }, null, Token)).IsSound);
        Assert.Equal(2, (await cache.Cache.VerifyAsync(new(), null, Token)).Repos.Count);
        foreach (
            var options in new VerifyOptions[]
            {
                new() { Repo = RepoId.Parse("team/none") },
                new() { Repo = other, Commit = Second },
            }
        )
        {
            var exception = await Assert.ThrowsAsync<HubException>(() => cache.Cache.VerifyAsync(options, null, Token));
            Assert.Equal(HubErrorKind.LocalEntryNotFound, exception.Kind);
        }
    }

    [Fact]
    public async Task Repair_removes_wrong_bytes_and_their_pointers_so_that_the_next_pull_fetches_them()
    {
        await cache.PullBothAsync();
        var shared = Files(Second).Single(file => file.Path == "config.json");
        Flip(cache.Layout.Blob(Set, shared.Hash));
        var mismatch = Assert.Single((await cache.Cache.VerifyAsync(new() { Repair = true }, null, Token)).Repos[0].Mismatches);
        Assert.True(mismatch is { IsRemoved: true, IsRepaired: false, Failure: null });
        Assert.False(File.Exists(cache.Layout.Blob(Set, shared.Hash)));
        Assert.Null(cache.Writer.Reader.FindFile(Set, First, "config.json"));
        Assert.Null(cache.Writer.Reader.FindFile(Set, Second, "config.json"));

        // In between the cache is one that every tool reads; after pulling again it is whole.
        Assert.Empty((await cache.Cache.ScanAsync(Token)).Warnings);
        await cache.PullBothAsync();
        Assert.True((await cache.Cache.VerifyAsync(new(), null, Token)).IsSound);
    }

    [Theory]
    [InlineData(PointerKind.SymbolicLink)]
    [InlineData(PointerKind.Copy)]
    public async Task Repair_with_a_way_to_fetch_leaves_the_cache_sound(PointerKind kind)
    {
        using var one = new TestCache(new() { FirstPointerKind = kind });
        await one.PullBothAsync();
        Flip(one.Layout.Pointer(Set, Second, "config.json"));
        var asked = new List<RepairRequest>();
        var options = new VerifyOptions
        {
            Repair = true,
            Fetch = async (request, _) =>
            {
                asked.Add(request);
                var (file, bytes) = Contents(request.Commit).Single(entry => entry.File.Path == request.Path);
                await one.StoreAsync(request.Repo, request.Commit, file, bytes);
            },
        };
        var report = await one.Cache.VerifyAsync(options, null, Token);
        Assert.True(report.IsSound);
        Assert.True(Assert.Single(report.Repos[0].Mismatches).IsRepaired);
        Assert.Contains(new(Set, Second, "config.json"), asked);
        Assert.True((await one.Cache.VerifyAsync(new(), null, Token)).IsSound);
    }

    [Fact]
    public async Task A_fetch_that_fails_or_brings_wrong_bytes_is_told()
    {
        await cache.PullBothAsync();
        Flip(cache.Layout.Blob(Set, Weights.Hash));
        var options = new VerifyOptions { Repair = true, Fetch = (_, _) => throw new HubException(HubErrorKind.Offline, "no network") };
        var mismatch = Assert.Single((await cache.Cache.VerifyAsync(options, null, Token)).Repos[0].Mismatches);
        Assert.True(mismatch is { IsRemoved: true, IsRepaired: false, Failure: "no network" });

        await cache.PullBothAsync();
        Flip(cache.Layout.Blob(Set, Weights.Hash));
        options = options with
        {
            Fetch = (request, token) => File.WriteAllTextAsync(cache.Layout.Blob(Set, Weights.Hash), "wrong again", token),
        };
        mismatch = Assert.Single((await cache.Cache.VerifyAsync(options, null, Token)).Repos[0].Mismatches);
        Assert.False(mismatch.IsRepaired);
        Assert.NotNull(mismatch.Failure);
    }

    [Fact]
    public async Task Repair_leaves_alone_what_is_being_downloaded()
    {
        await cache.PullBothAsync();
        Flip(cache.Layout.Blob(Set, Weights.Hash));
        using (await cache.Writer.LockAsync(Set, Weights.Hash, Token))
        {
            var mismatch = Assert.Single((await cache.Cache.VerifyAsync(new() { Repair = true }, null, Token)).Repos[0].Mismatches);
            Assert.True(mismatch is { IsRemoved: false, Failure: not null });
        }

        Assert.NotNull(cache.Writer.Reader.FindFile(Set, Second, Weights.Path));
    }

    [Fact]
    public async Task Orphans_and_contents_of_unreadable_repositories_are_checked_by_their_names()
    {
        await cache.PullBothAsync();
        var orphan = Path.Combine(cache.Layout.Blobs(Set), new string('b', 40));
        await File.WriteAllTextAsync(orphan, "not what the name says", Token);
        Assert.Equal(orphan, Assert.Single((await cache.Cache.VerifyAsync(new(), null, Token)).Repos[0].Mismatches).Path);

        Directory.Delete(cache.Layout.Snapshots(Set), recursive: true);
        foreach (
            var options in new VerifyOptions[]
            {
                new(),
                new() { Repo = Set },
            }
        )
        {
            var report = await cache.Cache.VerifyAsync(options, null, Token);
            Assert.Single(report.Warnings);
            Assert.Equal(9, report.CheckedFiles);
            Assert.Equal(orphan, Assert.Single(report.Repos[0].Mismatches).Path);
        }
    }

    [Fact]
    public async Task Copies_without_a_listing_and_contents_with_other_names_are_said_to_be_unverifiable()
    {
        using var copies = new TestCache(new() { FirstPointerKind = PointerKind.Copy });
        await copies.PullAsync(First, Revision.Main);
        Directory.Delete(copies.Layout.Trees(Set), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(copies.Layout.Blobs(Set), "odd"), "x", Token);
        var report = await copies.Cache.VerifyAsync(new(), null, Token);
        Assert.Equal(5, report.CheckedFiles);
        Assert.Equal(6, report.Repos[0].Unverifiable.Count);
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes()
    {
        await cache.PullBothAsync();
        var progress = new Recorder();
        await cache.Cache.VerifyAsync(new(), progress, Token);
        Assert.Equal(new(Set, 4145, 4145), progress.Reports[^1]);
        Assert.Equal(
            progress.Reports.Select(report => report.CheckedBytes).Order(),
            progress.Reports.Select(report => report.CheckedBytes)
        );
    }

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private sealed class Recorder : IProgress<VerifyProgress>
    {
        public List<VerifyProgress> Reports { get; } = [];

        public void Report(VerifyProgress value) => Reports.Add(value);
    }
}
