using LoRAEnsembleHub.Hub;
using Microsoft.Extensions.Logging.Abstractions;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class PointerTests : IDisposable
{
    private readonly TestCache cache = new();

    public void Dispose() => cache.Dispose();

    [Fact]
    public async Task Where_symbolic_links_fail_hard_links_keep_one_copy_of_the_bytes()
    {
        var tries = 0;
        Use(
            new(
                PointerKind.SymbolicLink,
                (_, _) =>
                {
                    tries++;
                    throw new UnauthorizedAccessException();
                }
            )
        );
        await cache.PullBothAsync();
        Assert.Equal(1, tries); // Once for the repository, not once for each file.
        foreach (var (file, _) in Contents(Second))
        {
            Assert.Equal(FileIdentity.Of(cache.Layout.Blob(Set, file.Hash)), FileIdentity.Of(cache.Layout.Pointer(Set, Second, file.Path)));
        }

        var scan = await cache.Cache.ScanAsync(Token);
        Assert.Empty(scan.Warnings);
        Assert.Equal(4145, scan.SizeOnDisk);
        Assert.Empty(scan.Repos[0].Orphans);
        NoTemporaryFiles();
    }

    [Fact]
    public async Task Where_both_fail_bytes_are_copied_and_right()
    {
        Use(new(PointerKind.SymbolicLink, (_, _) => throw new IOException(), (_, _) => throw new PlatformNotSupportedException()));
        await cache.PullAsync(Second, Revision.Main);
        foreach (var (file, bytes) in Contents(Second))
        {
            var pointer = cache.Layout.Pointer(Set, Second, file.Path);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(pointer, Token));
            Assert.NotEqual(FileIdentity.Of(cache.Layout.Blob(Set, file.Hash)), FileIdentity.Of(pointer));
        }

        NoTemporaryFiles();
    }

    [Fact]
    public async Task A_choice_of_kind_is_kept_to()
    {
        using var copies = new TestCache(new() { FirstPointerKind = PointerKind.Copy });
        await copies.PullAsync(First, Revision.Main);
        Assert.DoesNotContain(Listing(copies.Layout.Root).Values, entry => entry.StartsWith("link", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fault_that_no_kind_of_pointer_avoids_is_told()
    {
        await cache.Writer.WriteTreeAsync(Set, First, Files(First), Token);
        Use(new(PointerKind.Copy));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => cache.Writer.LinkAsync(Set, First, "a", Files(First)[0].Hash, Token));
    }

    [Fact]
    public async Task A_wrong_pointer_is_replaced_and_a_right_one_left_alone()
    {
        PartialFileTests.SkipWithoutLinks();
        await cache.PullAsync(Second, Revision.Main);
        var pointer = cache.Layout.Pointer(Set, Second, "README.md");
        var right = new FileInfo(pointer).LinkTarget;
        var made = FileIdentity.Of(pointer);
        await cache.PullAsync(Second, Revision.Main);
        Assert.Equal(made, FileIdentity.Of(pointer));

        File.Delete(pointer);
        File.CreateSymbolicLink(pointer, "../../../../elsewhere");
        await cache.PullAsync(Second, Revision.Main);
        Assert.Equal(right, new FileInfo(pointer).LinkTarget);

        File.Delete(pointer);
        await File.WriteAllTextAsync(pointer, "somebody's copy", Token);
        await cache.PullAsync(Second, Revision.Main);
        Assert.Equal(right, new FileInfo(pointer).LinkTarget);
    }

    [Fact]
    public async Task A_reader_never_finds_a_pointer_missing_while_it_is_replaced()
    {
        PartialFileTests.SkipWithoutLinks();
        await cache.PullBothAsync();
        var pointer = cache.Layout.Pointer(Set, Second, "README.md");
        var links = new PointerLinks(PointerKind.SymbolicLink);
        var blobs = new[] { Files(First)[0].Hash, Files(Second)[0].Hash }.Select(hash => cache.Layout.Blob(Set, hash)).ToArray();
        var writing = Task.Run(
            () =>
            {
                for (var turn = 0; turn < 500; turn++)
                {
                    links.Make(cache.Repo, pointer, blobs[turn % 2]);
                }
            },
            Token
        );
        while (!writing.IsCompleted)
        {
            Assert.StartsWith("# ", await File.ReadAllTextAsync(pointer, Token), StringComparison.Ordinal);
        }

        await writing;
    }

    [Theory]
    [InlineData("models--team--set")]
    [InlineData("models--team--set/blobs")]
    [InlineData("models--team--set/snapshots")]
    [InlineData("models--team--set/snapshots/1111111111111111111111111111111111111111")]
    [InlineData("models--team--set/snapshots/1111111111111111111111111111111111111111/member-00")]
    [InlineData("models--team--set/refs")]
    [InlineData("models--team--set/trees")]
    [InlineData("models--team--set/.no_exist")]
    [InlineData(".locks")]
    [InlineData(".locks/models--team--set")]
    public async Task Nothing_is_written_through_a_folder_that_was_replaced_by_a_link(string replaced)
    {
        PartialFileTests.SkipWithoutLinks();
        await cache.PullAsync(First, Revision.Main);
        await cache.Writer.WriteAbsentAsync(Set, First, "nope.json", Token);
        var place = Path.Combine(cache.Layout.Root, replaced);
        var elsewhere = Path.Combine(cache.Layout.Root, "..", "elsewhere");
        Directory.Delete(place, recursive: true);
        Directory.CreateDirectory(elsewhere);
        File.CreateSymbolicLink(place, Path.GetFullPath(elsewhere));

        var exception = await Assert.ThrowsAsync<HubException>(async () =>
        {
            await cache.PullAsync(First, Revision.Main);
            await cache.Writer.WriteAbsentAsync(Set, First, "other.json", Token);
        });
        Assert.Equal(HubErrorKind.LocalFile, exception.Kind);
        Assert.Contains(place, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task The_cache_itself_may_be_a_link()
    {
        PartialFileTests.SkipWithoutLinks();
        await cache.PullBothAsync();
        var link = cache.Layout.Root + "-link";
        File.CreateSymbolicLink(link, cache.Layout.Root);
        var writer = new CacheWriter(new(link), TimeProvider.System, NullLogger.Instance);
        await writer.WriteRefAsync(Set, Revision.Parse("v1"), First, Token);
        var scan = await new HubCache(link).ScanAsync(Token);
        Assert.Empty(scan.Warnings);
        Assert.Equal(["v1"], scan.Repos[0].Revisions[0].Refs);
        Assert.All(
            scan.Repos[0].Revisions.SelectMany(revision => revision.Files),
            file => Assert.StartsWith(link, file.BlobPath, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_ref_is_written_only_if_it_differs_and_never_before_its_snapshot()
    {
        await cache.PullAsync(First, Revision.Main);
        var path = cache.Layout.Ref(Set, Revision.Main);
        var before = FileIdentity.Of(path);
        await cache.Writer.WriteRefAsync(Set, Revision.Main, First, Token);
        Assert.Equal(before, FileIdentity.Of(path));
        await cache.Writer.WriteRefAsync(Set, Revision.Main, Second, Token);
        Assert.Equal(Second.Hex, await File.ReadAllTextAsync(path, Token));
        Assert.True(Directory.Exists(cache.Layout.Snapshot(Set, Second)));
    }

    [Fact]
    public async Task A_branch_in_the_way_of_another_is_told()
    {
        await cache.Writer.WriteRefAsync(Set, Revision.Parse("a"), First, Token);
        var exception = await Assert.ThrowsAsync<HubException>(() => cache.Writer.WriteRefAsync(Set, Revision.Parse("a/b"), First, Token));
        Assert.Equal(HubErrorKind.LocalFile, exception.Kind);
    }

    [Fact]
    public async Task Paths_of_more_than_300_characters_are_written_and_read()
    {
        using var long_ = new TemporaryFolder();
        var root = Path.Combine(long_.FullPath, new string('r', 120), new string('s', 120));
        var writer = new CacheWriter(new(root), TimeProvider.System, NullLogger.Instance);
        cache.Writer = writer;
        var (file, bytes) = Contents(First).First();
        var path = new string('d', 150) + "/" + new string('f', 150);
        await cache.StoreAsync(Set, First, file with { Path = path }, bytes);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(writer.Reader.FindFile(Set, First, path)!, Token));
        Assert.Equal(path, Assert.Single((await new HubCache(root).ScanAsync(Token)).Repos[0].Revisions[0].Files).Name);
    }

    private void Use(PointerLinks links) =>
        cache.Writer = new(cache.Layout, new(TimeProvider.System, NullLogger.Instance), new(TimeProvider.System), links);

    private void NoTemporaryFiles() =>
        Assert.DoesNotContain(Listing(cache.Layout.Root).Keys, path => path.EndsWith(".tmp", StringComparison.Ordinal));
}
