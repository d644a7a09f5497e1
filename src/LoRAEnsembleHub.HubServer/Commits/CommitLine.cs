using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>One line of a commit.</summary>
/// <param name="Key">What it is: <c>header</c>, <c>file</c>, <c>lfsFile</c>, <c>deletedFile</c>, <c>deletedFolder</c>.</param>
/// <param name="Value">The rest; a <c>content</c> is empty here.</param>
/// <param name="Content">The content, as it was spelled (base64 or text); null where there is none.</param>
internal sealed record CommitLine(string Key, JsonObject Value, SpilledText? Content) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content?.DisposeAsync() ?? ValueTask.CompletedTask;
}
