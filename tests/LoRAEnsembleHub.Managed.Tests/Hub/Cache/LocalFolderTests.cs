using System.Globalization;
using LoRAEnsembleHub.Hub;
using Microsoft.Extensions.Logging.Abstractions;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class LocalFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Root => folder.Locate("set");

    private LocalFolder Local => new(Root, TimeProvider.System, NullLogger.Instance);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task After_a_snapshot_the_folder_is_what_huggingface_hub_leaves()
    {
        await Local.WriteTreeAsync(Second, Files(Second), Token);
        foreach (var (file, bytes) in Contents(Second))
        {
            await PullAsync(file, bytes);
        }

        Same("snapshot to a local folder");
        Assert.Equal(Files(Second).OrderBy(file => file.Path, StringComparer.Ordinal), await Local.ReadTreeAsync(Second, Token));
        Assert.Null(await Local.ReadTreeAsync(First, Token));
    }

    [Fact]
    public async Task After_one_file_the_folder_is_what_huggingface_hub_leaves()
    {
        var (file, bytes) = Contents(Second).Single(entry => entry.File.Path == "extra/notes.txt");
        await PullAsync(file, bytes);
        Same("download one file to a local folder");
    }

    [Fact]
    public async Task A_record_counts_until_the_file_is_changed_or_gone()
    {
        var (file, bytes) = Contents(Second).First();
        Assert.Null(await Local.ReadRecordAsync(file.Path, Token));
        await PullAsync(file, bytes);
        var record = await Local.ReadRecordAsync(file.Path, Token);
        Assert.Equal((Second, file.Hash), (record!.Commit, record.Hash));
        var path = Local.File(file.Path);
        File.SetLastWriteTimeUtc(path, record.Written.UtcDateTime.AddSeconds(0.9));
        Assert.NotNull(await Local.ReadRecordAsync(file.Path, Token));
        File.SetLastWriteTimeUtc(path, record.Written.UtcDateTime.AddSeconds(1.1));
        Assert.Null(await Local.ReadRecordAsync(file.Path, Token));
        File.SetLastWriteTimeUtc(path, record.Written.UtcDateTime);
        Assert.NotNull(await Local.ReadRecordAsync(file.Path, Token));
        File.Delete(path);
        Assert.Null(await Local.ReadRecordAsync(file.Path, Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("one line")]
    [InlineData("1111111111111111111111111111111111111111\nno hash\n1\n")]
    [InlineData("1111111111111111111111111111111111111111\n0967ef424bce6791893e9a57bb952f80fd536e93\nnoon\n")]
    [InlineData("1111111111111111111111111111111111111111\n0967ef424bce6791893e9a57bb952f80fd536e93\n1e300\n")]
    [InlineData("1111111111111111111111111111111111111111\n0967ef424bce6791893e9a57bb952f80fd536e93\nNaN\n")]
    [InlineData("../..\n0967ef424bce6791893e9a57bb952f80fd536e93\n1\n")]
    public async Task A_record_that_makes_no_sense_is_dropped(string text)
    {
        var (file, bytes) = Contents(Second).First();
        await PullAsync(file, bytes);
        var place = Path.Combine(Root, ".cache", "huggingface", "download", file.Path + ".metadata");
        await File.WriteAllTextAsync(place, text, Token);
        Assert.Null(await Local.ReadRecordAsync(file.Path, Token));
        Assert.False(File.Exists(place));
    }

    [Fact]
    public void A_record_of_Pythons_is_read_and_ours_reads_back()
    {
        var record = LocalFileRecord.Parse($"{First}\n{new string('a', 64)}\n1724245123.123456\n");
        Assert.Equal(
            "2024-08-21T12:58:43.1234560",
            record!.Written.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture)[..27],
            ignoreCase: true
        );
        Assert.Equal(record.Commit, LocalFileRecord.Parse(record.ToText())!.Commit);
        Assert.InRange(
            (LocalFileRecord.Parse(record.ToText())!.Written - record.Written).Duration(),
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(0.01)
        );
        Assert.NotNull(LocalFileRecord.Parse($"{First}\n{new string('a', 40)}\n17"));
    }

    [Fact]
    public async Task Python_reads_the_time_of_a_record_as_a_number()
    {
        var (file, bytes) = Contents(Second).First();
        await PullAsync(file, bytes);
        var place = Path.Combine(Root, ".cache", "huggingface", "download", file.Path + ".metadata");
        var printed = await Python.Find().RunAsync("import sys\nprint(float(open(sys.argv[1]).read().split()[2]) > 1e9)", place);
        Assert.Equal("True", printed);
    }

    [Theory]
    [InlineData(".cache/huggingface/download/x.metadata")]
    [InlineData(".Cache/HuggingFace/trees/x")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("C:x")]
    public async Task A_file_that_would_leave_the_folder_or_hit_its_records_is_refused(string path)
    {
        var (file, bytes) = Contents(Second).First();
        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(file with { Path = path }, bytes));
        Assert.Equal(HubErrorKind.UnsafeName, exception.Kind);
        Assert.False(Directory.Exists(Root));
    }

    [Theory]
    [InlineData("member-00")]
    [InlineData(".cache")]
    [InlineData(".cache/huggingface")]
    [InlineData(".cache/huggingface/download")]
    [InlineData(".cache/huggingface/download/member-00")]
    public async Task Nothing_is_written_through_a_link_inside_the_folder(string replaced)
    {
        PartialFileTests.SkipWithoutLinks();
        var elsewhere = Directory.CreateDirectory(folder.Locate("elsewhere")).FullName;
        var place = Path.Combine(Root, replaced);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.CreateSymbolicLink(place, elsewhere);
        var (file, bytes) = Contents(Second).Single(entry => entry.File.Path == "member-00/adapter_config.json");
        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(file, bytes));
        Assert.Equal(HubErrorKind.LocalFile, exception.Kind);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task A_link_in_place_of_the_file_is_replaced_and_what_it_leads_to_stays()
    {
        PartialFileTests.SkipWithoutLinks();
        var (file, bytes) = Contents(Second).First();
        var victim = folder.Put("victim", "precious"u8);
        Directory.CreateDirectory(Root);
        File.CreateSymbolicLink(Path.Combine(Root, file.Path), victim);
        await PullAsync(file, bytes);
        Assert.Equal("precious", await File.ReadAllTextAsync(victim, Token));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Local.File(file.Path), Token));
    }

    [Fact]
    public async Task What_one_run_received_the_next_goes_on_from()
    {
        var (file, bytes) = Contents(Second).Single(entry => entry.File.IsLfs);
        await using (var first = await Local.OpenPartialAsync(file.Path, file.Hash, file.Size, file.Path, Token))
        {
            await first.Content.WriteAsync(bytes.AsMemory(0, 500), Token);
        }

        await using var second = await Local.OpenPartialAsync(file.Path, file.Hash, file.Size, file.Path, Token);
        Assert.Equal(500, second.Held);
        Assert.Matches("/[A-Za-z0-9_-]{27}=\\.[0-9a-f]{64}\\.lorae\\.incomplete$", second.Content.Name.Replace('\\', '/'));
    }

    [Fact]
    public async Task A_blob_of_the_shared_cache_is_copied_and_not_shared()
    {
        using var cache = new TestCache();
        await cache.PullAsync(Second, Revision.Main);
        var (file, bytes) = Contents(Second).Single(entry => entry.File.IsLfs);
        var blob = cache.Layout.Blob(Set, file.Hash);
        await Local.CopyAsync(file.Path, blob, Token);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Local.File(file.Path), Token));
        Assert.NotEqual(FileIdentity.Of(blob), FileIdentity.Of(Local.File(file.Path)));
        Assert.DoesNotContain(Listing(Root).Keys, path => path.EndsWith(".incomplete", StringComparison.Ordinal));
    }

    private async Task PullAsync(RepoFile file, byte[] bytes)
    {
        using (await Local.LockAsync(file.Path, Token))
        {
            await using var partial = await Local.OpenPartialAsync(file.Path, file.Hash, file.Size, file.Path, Token);
            await partial.Content.WriteAsync(bytes, Token);
            await Local.CompleteAsync(file.Path, partial, Token);
            await Local.WriteRecordAsync(file.Path, Second, file.Hash, Token);
        }
    }

    // Records hold the time, so their text is compared without it.
    private void Same(string step)
    {
        var expected = After(step);
        var found = Listing(Root);
        foreach (var path in found.Keys.Where(path => path.EndsWith(".metadata", StringComparison.Ordinal)).ToList())
        {
            var lines = File.ReadAllText(Path.Combine(Root, path)).Split('\n');
            lines[2] = "{unix time}";
            found[path] = "text " + string.Join('\n', lines);
        }

        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), found.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }
}
