using LoRAEnsembleHub.Hub;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>A client with a cache of its own, and the question whether anything wrong was stored in it.</summary>
internal sealed class HubBench : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public HubBench(Uri endpoint, Func<HubClientOptions, HubClientOptions>? change = null)
    {
        var options = new HubClientOptions
        {
            Endpoint = endpoint,
            CacheFolder = folder.Locate("hub"),
            Time = Clock,
            Chance = () => 0,
            Logger = Log,
            UseProxy = false,
            ResponseTimeout = TimeSpan.FromSeconds(120),
            InactivityTimeout = TimeSpan.FromSeconds(100),
        };
        Client = new(change?.Invoke(options) ?? options);
    }

    public static FastClock Clock { get; } = new();

    public HubClient Client { get; }

    public RememberingLog Log { get; } = new();

    public string FullPath => folder.FullPath;

    public string Cache => Client.Options.CacheFolder;

    private string Blobs => Path.Combine(Cache, FaultHub.Repo.CacheFolderName, "blobs");

    /// <summary>What lies among the blobs: name and bytes.</summary>
    public IReadOnlyDictionary<string, byte[]> StoredBlobs() =>
        Directory.Exists(Blobs)
            ? Directory.EnumerateFiles(Blobs).ToDictionary(path => Path.GetFileName(path), path => File.ReadAllBytes(path))
            : new Dictionary<string, byte[]>();

    /// <summary>How many finished blobs do not have the content that their name says.</summary>
    public int WrongBlobs() =>
        StoredBlobs()
            .Count(blob =>
            {
                if (blob.Key.EndsWith(".incomplete", StringComparison.Ordinal))
                {
                    return false;
                }

                var name = ContentHash.Parse(blob.Key);
                using var hasher = ContentHasher.For(name, blob.Value.Length);
                hasher.Append(blob.Value);
                return hasher.Finish() != name;
            });

    /// <summary>Checks that a snapshot is what the hub has.</summary>
    public static void AssertWhole(FaultHub hub, Snapshot snapshot)
    {
        Assert.Equal(hub.Files.Keys.Order(StringComparer.Ordinal), snapshot.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        foreach (var file in snapshot.Files)
        {
            Assert.Equal(hub.Files[file.Path], File.ReadAllBytes(Path.Combine(snapshot.Folder, file.Path)));
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        folder.Dispose();
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class RememberingLog : ILogger
{
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (lines)
        {
            lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }
}
