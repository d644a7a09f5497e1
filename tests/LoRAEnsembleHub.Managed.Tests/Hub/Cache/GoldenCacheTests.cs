using LoRAEnsembleHub.Hub;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class GoldenCacheTests : IDisposable
{
    private readonly TestCache cache = new();

    public void Dispose() => cache.Dispose();

    [Fact]
    public async Task After_every_step_the_cache_is_what_huggingface_hub_leaves()
    {
        var files = Contents(First).ToDictionary(entry => entry.File.Path);
        await StoreAsync(files["config.json"]);
        await cache.Writer.WriteRefAsync(Set, Revision.Main, First, Token);
        Same("download one small file of main");

        await StoreAsync(files["member-00/adapter_model.safetensors"]);
        await cache.Writer.WriteRefAsync(Set, Revision.Main, First, Token);
        Same("download one LFS file with a token");

        await cache.Writer.WriteAbsentAsync(Set, First, "nope.json", Token);
        Same("download a missing file");
        Assert.True(cache.Writer.Reader.IsKnownAbsent(Set, First, "nope.json"));

        await cache.PullAsync(First, Revision.Main);
        Same("snapshot of main");

        await cache.PullAsync(Second, Revision.Main);
        Same("snapshot of main after a second commit");

        // Once more changes nothing.
        await cache.PullBothAsync();
        await cache.PullAsync(Second, Revision.Main);
        Same("snapshot of main after a second commit");
    }

    [Fact]
    public async Task A_snapshot_by_patterns_of_a_commit_leaves_no_ref()
    {
        await cache.PullAsync(First, Revision.Parse(First.Hex), new(["*.safetensors"]));
        Same("snapshot of the first commit with patterns");
    }

    [Fact]
    public async Task A_pull_request_is_a_ref_in_folders()
    {
        var (file, bytes) = Contents(Second).Single(entry => entry.File.Path == "README.md");
        await cache.StoreAsync(Set, Second, file, bytes);
        await cache.Writer.WriteRefAsync(Set, Revision.Parse("refs/pr/1"), Second, Token);
        Same("download from a pull request");
        Assert.Equal(Second, await cache.Writer.Reader.ReadRefAsync(Set, Revision.Parse("refs/pr/1"), Token));
    }

    [Fact]
    public async Task A_data_set_has_a_folder_of_its_own()
    {
        var repo = RepoId.Parse("team/set", RepoType.Dataset);
        var (file, bytes) = Contents(Second).Single(entry => entry.File.Path == "README.md");
        await cache.StoreAsync(repo, Second, file, bytes);
        await cache.Writer.WriteRefAsync(repo, Revision.Main, Second, Token);
        Same("download from a data set");
    }

    [Fact]
    public async Task What_was_written_is_found_again()
    {
        await cache.PullBothAsync();
        var reader = cache.Writer.Reader;
        Assert.Equal(Second, await reader.ReadRefAsync(Set, Revision.Main, Token));
        Assert.Null(await reader.ReadRefAsync(Set, Revision.Parse("other"), Token));
        Assert.Equal(First, await reader.ReadRefAsync(Set, Revision.Parse(First.Hex), Token));
        Assert.Equal(Files(Second).OrderBy(file => file.Path, StringComparer.Ordinal), await reader.ReadTreeAsync(Set, Second, Token));
        Assert.Null(await reader.ReadTreeAsync(RepoId.Parse("team/other"), Second, Token));
        foreach (var (file, bytes) in Contents(Second))
        {
            Assert.Equal(bytes, await File.ReadAllBytesAsync(reader.FindFile(Set, Second, file.Path)!, Token));
            Assert.True(reader.HasBlob(Set, file.Hash, file.Size));
            Assert.False(reader.HasBlob(Set, file.Hash, file.Size + 1));
        }

        Assert.Null(reader.FindFile(Set, First, "extra/notes.txt"));
        File.Delete(cache.Layout.Blob(Set, Files(Second)[0].Hash));
        Assert.Null(reader.FindFile(Set, Second, Files(Second)[0].Path));
    }

    [Fact]
    public async Task A_new_cache_gives_blobs_the_modes_of_ordinary_new_files()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        await cache.PullAsync(First, Revision.Main);
        var ordinary = Path.Combine(cache.Layout.Root, "ordinary");
        await File.WriteAllTextAsync(ordinary, "", Token);
        string[] written =
        [
            .. Directory.GetFiles(cache.Layout.Blobs(Set)),
            cache.Layout.Ref(Set, Revision.Main),
            cache.Layout.Tree(Set, First),
        ];
        foreach (var file in written)
        {
            Assert.Equal(File.GetUnixFileMode(ordinary), File.GetUnixFileMode(file));
        }
    }

    private Task StoreAsync((RepoFile File, byte[] Bytes) entry) => cache.StoreAsync(Set, First, entry.File, entry.Bytes);

    private void Same(string step) =>
        Assert.Equal(
            After(step).OrderBy(pair => pair.Key, StringComparer.Ordinal),
            Listing(cache.Layout.Root).OrderBy(pair => pair.Key, StringComparer.Ordinal)
        );
}
