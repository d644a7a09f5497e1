namespace LoRAEnsembleHub.Hub;

/// <summary>Speaks to one hub and keeps what it fetches in the cache that Hugging Face's own tools share.</summary>
/// <remarks>One client serves many calls at once. Nothing in it is shared with other clients but the cache's files.</remarks>
public sealed partial class HubClient : IDisposable
{
    private readonly HubTransport? transport;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="options">Which hub, as whom, with which cache.</param>
    /// <exception cref="HubException">The endpoint, token or certificate file cannot be used.</exception>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public HubClient(HubClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options.Checked();
        transport = options.Offline ? null : new(options);
    }

    /// <summary>What the client was made with.</summary>
    public HubClientOptions Options { get; }

    // Offline there is none, so that no call can open a connection.
    internal HubTransport Transport => transport ?? throw OfflineError(null);

    internal HubException OfflineError(RepoId? repo) =>
        new(
            HubErrorKind.Offline,
            $"{Redacted.Address(Options.Endpoint)} may not be asked in offline mode.",
            "Switch offline mode off, or use what the cache has."
        )
        {
            RepoId = repo,
        };

    /// <summary>Closes the connections; calls that are under way fail.</summary>
    public void Dispose() => transport?.Dispose();
}
