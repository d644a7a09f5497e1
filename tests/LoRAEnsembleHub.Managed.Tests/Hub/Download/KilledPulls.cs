using System.Diagnostics;
using System.Globalization;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>A pull that dies at any point costs what was in its hands, and nothing wrong is ever stored.</summary>
public sealed class KilledPulls
{
    private const string EndpointName = "LORAE_KILLED_PULL_ENDPOINT";
    private const string CacheName = "LORAE_KILLED_PULL_CACHE";
    private const int Size = 24_000_000;

    // LORAE_KILLS=50 for the number in docs/hub-faults.md; fewer in every run, since each starts a process.
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("LORAE_KILLS") ?? "8", CultureInfo.InvariantCulture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_random_points_a_pull_goes_on_from_its_last_byte()
    {
        var content = TestContents.Bytes(Size, seed: 5);
        var chance = new Random(20260102);
        await using var hub = new FaultHub(new Dictionary<string, byte[]> { ["model.safetensors"] = content });
        using var bench = new HubBench(hub.Server.Address);
        var kept = 0L;
        var partial = Path.Combine(bench.Cache, "models--team--set", "blobs", FaultHub.HashOf(content) + ".lorae.incomplete");

        for (var kill = 0; kill < Kills; kill++)
        {
            var bytes = chance.Next(2 * Size / (3 * Kills));
            var sent = new TaskCompletionSource();
            hub.On(
                "model.safetensors",
                async (exchange, _, _) =>
                {
                    var first = exchange.First;
                    Assert.Equal(kept, first); // It asks for what it does not have, to the byte.
                    var until = Math.Min(first + bytes, Size - 1);
                    await exchange.HeadAsync(
                        first == 0 ? 200 : 206,
                        [.. Faults.FileHeaders(content), $"Content-Length: {Size - first}", Faults.ContentRange(first, Size)]
                    );
                    await exchange.WriteFileAsync(content.AsMemory(first, until - first));
                    sent.SetResult();
                    await exchange.StallAsync();
                }
            );
            using var child = Start(hub.Server.Address, bench.Cache);
            await sent.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
            child.Kill(); // SIGKILL: nothing of the process runs any more.
            await child.WaitForExitAsync(Cancel);

            var held = File.Exists(partial) ? await File.ReadAllBytesAsync(partial, Cancel) : [];
            Assert.Equal(0, bench.WrongBlobs());
            Assert.True(content.AsSpan(0, held.Length).SequenceEqual(held), $"The partial is wrong after kill {kill}.");
            Assert.InRange(held.Length, kept, Size);
            kept = held.Length;
        }

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);

        HubBench.AssertWhole(hub, snapshot);
        Assert.Equal(Size - kept, snapshot.FetchedBytes);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills: {hub.BytesSentAgain} of {Size} bytes sent again");
    }

    /// <summary>Not a test of its own: what the child process does.</summary>
    [Fact(Explicit = true)]
    public async Task Pull_as_the_child_process()
    {
        using var client = new HubClient(
            new()
            {
                Endpoint = new(Environment.GetEnvironmentVariable(EndpointName)!),
                CacheFolder = Environment.GetEnvironmentVariable(CacheName)!,
                UseProxy = false,
            }
        );
        await client.PullAsync(FaultHub.Repo, cancellationToken: Cancel);
    }

    private static Process Start(Uri endpoint, string cache)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(KilledPulls).Assembly.Location,
                "-explicit",
                "only",
                "-method",
                $"{typeof(KilledPulls).FullName}.{nameof(Pull_as_the_child_process)}",
            },
            RedirectStandardOutput = false,
        };
        start.Environment[EndpointName] = endpoint.AbsoluteUri;
        start.Environment[CacheName] = cache;
        return Process.Start(start)!;
    }
}
