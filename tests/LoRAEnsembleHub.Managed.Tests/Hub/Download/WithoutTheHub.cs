using System.Net;
using System.Net.Sockets;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>Pulling when the hub may not or cannot be asked.</summary>
public sealed class WithoutTheHub
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Offline_nothing_is_there_to_open_a_connection_with_and_the_hub_sees_none()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        var accepted = hub.Server.Accepted;
        using var offline = new HubClient(bench.Client.Options with { Offline = true });

        var snapshot = await offline.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        var error = await Assert.ThrowsAsync<HubException>(() => offline.GetRepoAsync(FaultHub.Repo, cancellationToken: Cancel));

        HubBench.AssertWhole(hub, snapshot);
        Assert.Equal((HubErrorKind.Offline, HubErrorKind.Offline), (snapshot.Outage!.Kind, error.Kind));
        Assert.Equal(accepted, hub.Server.Accepted);
        Assert.Equal(HubErrorKind.Offline, Assert.Throws<HubException>(() => offline.Transport).Kind);
    }

    [Fact]
    public async Task Offline_what_is_not_in_the_cache_is_said_to_be_missing_and_a_part_to_be_a_part()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        using var offline = new HubClient(bench.Client.Options with { Offline = true });

        var nothing = await Assert.ThrowsAsync<HubException>(() => offline.PullAsync(FaultHub.Repo, cancellationToken: Cancel));
        await bench.Client.PullAsync(FaultHub.Repo, new() { Patterns = new(["*.json"]) }, cancellationToken: Cancel);
        var part = await Assert.ThrowsAsync<HubException>(() => offline.PullAsync(FaultHub.Repo, cancellationToken: Cancel));
        var enough = await offline.PullAsync(FaultHub.Repo, new() { Patterns = new(["*.json"]) }, cancellationToken: Cancel);
        var named = await offline.PullAsync(FaultHub.Repo, new() { Files = ["config.json"] }, cancellationToken: Cancel);
        var forced = await Assert.ThrowsAsync<HubException>(() =>
            offline.PullAsync(FaultHub.Repo, new() { Files = ["config.json"], ForceDownload = true }, cancellationToken: Cancel)
        );

        Assert.Equal(HubErrorKind.LocalEntryNotFound, nothing.Kind);
        Assert.Equal(HubErrorKind.IncompleteSnapshot, part.Kind);
        Assert.StartsWith("2 of 4 files", part.Message, StringComparison.Ordinal);
        Assert.Equal(enough.Folder, part.SnapshotFolder);
        Assert.Equal(2, enough.Files.Count);
        Assert.True(enough.IsKnownComplete && named.IsKnownComplete);
        Assert.Equal(HubErrorKind.LocalEntryNotFound, forced.Kind);
    }

    [Fact]
    public async Task A_snapshot_that_another_tool_left_without_a_listing_is_not_called_complete()
    {
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(hub.Server.Address);
        await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        Directory.Delete(Path.Combine(bench.Cache, "models--team--set", "trees"), recursive: true);
        using var offline = new HubClient(bench.Client.Options with { Offline = true });

        var snapshot = await offline.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        HubBench.AssertWhole(hub, snapshot);
        Assert.False(snapshot.IsKnownComplete);
    }

    [Fact]
    public async Task When_the_hub_is_gone_the_cache_does_and_that_is_said()
    {
        using var bench = new HubBench(new($"http://127.0.0.1:{UnusedPort()}/"));
        await using (var hub = new FaultHub(TestContents.Set()))
        {
            using var before = new HubClient(bench.Client.Options with { Endpoint = hub.Server.Address });
            await before.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
        }

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        Assert.Equal(HubErrorKind.Network, snapshot.Outage!.Kind);
        Assert.True(snapshot.IsKnownComplete);
        Assert.Contains(
            bench.Log.Lines,
            line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(FaultHub.Commit.Hex, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains("try 1 follows", StringComparison.Ordinal)); // At once, not after retries.
    }

    [Fact]
    public async Task When_the_hub_is_gone_and_the_cache_has_only_a_part_that_is_the_error()
    {
        using var bench = new HubBench(new($"http://127.0.0.1:{UnusedPort()}/"), options => options with { MaxRetries = 1 });
        await using (var hub = new FaultHub(TestContents.Set()))
        {
            using var before = new HubClient(bench.Client.Options with { Endpoint = hub.Server.Address });
            await before.PullAsync(FaultHub.Repo, new() { Patterns = new(["*.json"]) }, cancellationToken: Cancel);
        }

        var error = await Assert.ThrowsAsync<HubException>(() => bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel));

        Assert.Equal(HubErrorKind.IncompleteSnapshot, error.Kind);
        Assert.Equal(HubErrorKind.Network, Assert.IsType<HubException>(error.InnerException).Kind);
    }

    [Fact]
    public async Task When_the_hub_is_gone_and_nothing_is_here_the_error_says_what_could_not_be_reached()
    {
        var port = UnusedPort();
        using var bench = new HubBench(new($"http://127.0.0.1:{port}/"), options => options with { MaxRetries = 1 });

        var error = await Assert.ThrowsAsync<HubException>(() => bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel));

        Assert.Equal(HubErrorKind.Network, error.Kind);
        Assert.Contains($"127.0.0.1:{port} could not be reached", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
