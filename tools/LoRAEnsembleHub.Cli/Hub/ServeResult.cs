using System.Text.Json.Serialization;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>A hub that runs; shown when it listens.</summary>
internal sealed class ServeResult(HubServer server, HubServerOptions options) : IRunningResult
{
    public string Endpoint { get; } = server.Address.AbsoluteUri.TrimEnd('/');

    public string? Folder { get; } = options.Folder;

    public string? Storage { get; } = options.Storage;

    public bool IsReadOnly { get; } = options.ReadOnly || options.Storage is null;

    public int Tokens { get; } = options.Tokens.Count;

    public string? Upstream { get; } = options.Upstream?.AbsoluteUri;

    [JsonIgnore]
    public HubServer Server => server;

    public IEnumerable<Block> ToBlocks() =>
        [
            new Paragraph($"Serving at {Endpoint}", Tone.Heading),
            new Facts([
                ("folder", Folder),
                ("storage", Storage ?? "none, so nothing can be pushed"),
                ("tokens", Tokens > 0 ? $"{Tokens}" : "none: whoever reaches this address may read" + (IsReadOnly ? "" : " and write")),
                ("upstream", Upstream),
            ]),
            new Paragraph($"\nClients use it with HF_ENDPOINT={Endpoint}, ours also with --endpoint. Ctrl-C stops it."),
        ];

    public IEnumerable<string> ToQuietLines() => [Endpoint];

    public async Task UntilStoppedAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (server.ConfigureAwait(false))
        await using (cancellationToken.Register(stopped.SetResult).ConfigureAwait(false))
        {
            await stopped.Task.ConfigureAwait(false);
        }
    }
}
