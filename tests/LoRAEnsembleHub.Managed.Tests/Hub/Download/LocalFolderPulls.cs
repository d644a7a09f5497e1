using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>Pulling into a folder of the user's.</summary>
public sealed class LocalFolderPulls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Real_files_come_and_a_second_pull_fetches_none()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        var pull = new PullOptions { LocalFolder = Path.Combine(bench.FullPath, "here") };

        var first = await bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel);
        var before = hub.RequestCount;
        var second = await bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel);

        HubBench.AssertWhole(hub, first);
        HubBench.AssertWhole(hub, second);
        Assert.Equal(pull.LocalFolder, first.Folder);
        Assert.Null(new FileInfo(Path.Combine(first.Folder, TestContents.Weights)).LinkTarget);
        Assert.Equal(before + 1, hub.RequestCount);
        Assert.Empty(bench.StoredBlobs());
    }

    [Fact]
    public async Task What_the_cache_or_the_folder_has_already_is_not_fetched_again()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        await bench.Client.PullAsync(FaultHub.Repo, new() { Files = [TestContents.Weights] }, cancellationToken: Cancel);
        var pull = new PullOptions { LocalFolder = Path.Combine(bench.FullPath, "here") };
        Directory.CreateDirectory(pull.LocalFolder);
        await File.WriteAllBytesAsync(Path.Combine(pull.LocalFolder, "config.json"), hub.Files["config.json"], Cancel);

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel);

        HubBench.AssertWhole(hub, snapshot);
        Assert.Equal(700, snapshot.FetchedBytes);
    }

    [Fact]
    public async Task A_file_that_was_changed_comes_again()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        var pull = new PullOptions { LocalFolder = Path.Combine(bench.FullPath, "here") };
        await bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel);
        var config = Path.Combine(pull.LocalFolder, "config.json");
        await File.WriteAllTextAsync(config, "[]\n", Cancel);
        File.SetLastWriteTimeUtc(config, HubBench.Clock.GetUtcNow().UtcDateTime.AddHours(1));

        HubBench.AssertWhole(hub, await bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_broken_transfer_goes_on_in_the_folder_too()
    {
        await using var hub = new FaultHub(TestContents.Set());
        hub.Always[TestContents.Weights] = Faults.ResetAtOnce;
        hub.On(TestContents.Weights, Faults.EndAfter(250_000));
        using var bench = new HubBench(hub.Server.Address, options => options with { MaxRetries = 1 });
        var pull = new PullOptions { LocalFolder = Path.Combine(bench.FullPath, "here") };
        await Assert.ThrowsAsync<HubException>(() => bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel));
        hub.Always.Clear();

        HubBench.AssertWhole(hub, await bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel));

        Assert.Equal("bytes=250000-", hub.Server.Requests.Last(request => request.Headers.ContainsKey("Range")).Headers["Range"]);
        Assert.Equal(0, hub.BytesSentAgain);
    }

    [Fact]
    public async Task A_link_in_the_folder_is_not_written_through()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        var pull = new PullOptions { LocalFolder = Path.Combine(bench.FullPath, "here") };
        var elsewhere = Directory.CreateDirectory(Path.Combine(bench.FullPath, "elsewhere"));
        Directory.CreateDirectory(pull.LocalFolder);
        Directory.CreateSymbolicLink(Path.Combine(pull.LocalFolder, "member-00"), elsewhere.FullName);

        var error = await Assert.ThrowsAsync<HubException>(() => bench.Client.PullAsync(FaultHub.Repo, pull, cancellationToken: Cancel));

        Assert.Equal(HubErrorKind.LocalFile, error.Kind);
        Assert.Empty(elsewhere.EnumerateFileSystemInfos());
    }
}
