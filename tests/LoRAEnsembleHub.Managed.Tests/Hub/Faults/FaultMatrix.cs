using System.Globalization;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>Everything that can go wrong on the way, on real sockets: recovered or refused, and never a wrong byte stored.</summary>
public sealed class FaultMatrix(FaultTable table) : IClassFixture<FaultTable>
{
    public static TheoryData<string> Names => [.. FaultCase.Every.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_pull_recovers_or_refuses_and_stores_nothing_wrong(string name)
    {
        var fault = FaultCase.Every.Single(one => one.Name == name);
        await using var hub = new FaultHub(TestContents.Set());
        fault.Make(hub);
        using var bench = new HubBench(hub.Server.Address);
        var start = HubBench.Clock.GetTimestamp();

        var (result, error) = await PullAsync(bench);

        Assert.Equal(0, bench.WrongBlobs());
        Assert.Equal(fault.Refused, error?.Kind);
        if (result is not null)
        {
            HubBench.AssertWhole(hub, result);
            Assert.DoesNotContain(bench.StoredBlobs().Keys, blob => blob.EndsWith(".incomplete", StringComparison.Ordinal));
        }
        else if (error!.Kind is HubErrorKind.Integrity or HubErrorKind.UnsafeName)
        {
            Assert.DoesNotContain(
                FaultHub.HashOf(hub.Files[TestContents.Weights]),
                string.Join(' ', bench.StoredBlobs().Keys),
                StringComparison.Ordinal
            );
        }

        Assert.InRange(hub.BytesSentAgain, 0, fault.MostSentAgain);
        if (fault.Requests >= 0)
        {
            Assert.Equal(fault.Requests, hub.RequestCount);
        }

        Assert.All(Directory.EnumerateFileSystemEntries(bench.FullPath), path => Assert.Equal(bench.Cache, path));
        table.Add(name, hub, error, HubBench.Clock.GetElapsedTime(start));
    }

    private static async Task<(Snapshot? Result, HubException? Error)> PullAsync(HubBench bench)
    {
        try
        {
            return (await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken), null);
        }
        catch (HubException exception)
        {
            return (null, exception);
        }
    }
}

/// <summary>What the matrix measured; written to the file that LORAE_FAULT_TABLE names.</summary>
public sealed class FaultTable : IDisposable
{
    private readonly Dictionary<string, string> rows = [];

    internal void Add(string name, FaultHub hub, HubException? error, TimeSpan time)
    {
        var row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {(error is null ? "recovered" : $"refused: {error.Kind}")} | {hub.RequestCount} | {hub.BytesSentAgain} | {time.TotalSeconds:0} |"
        );
        lock (rows)
        {
            rows[name] = row;
        }
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("LORAE_FAULT_TABLE") is { Length: > 0 } path)
        {
            var lines = FaultCase.Every.Select(one => rows.GetValueOrDefault(one.Name)).OfType<string>();
            File.WriteAllLines(
                path,
                ["| fault | result | requests | file bytes sent again | seconds |", "| --- | --- | ---: | ---: | ---: |", .. lines]
            );
        }
    }
}
