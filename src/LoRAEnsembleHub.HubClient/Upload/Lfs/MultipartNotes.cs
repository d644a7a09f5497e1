using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub;

/// <summary>Keeps what is known of uploads in parts: in memory for this push, and in the pushed folder for the next.</summary>
/// <remarks>
/// <c>{folder}/.cache/huggingface/upload/{path}.lorae.json</c>, where huggingface_hub keeps its own notes of uploads, under another ending. A
/// folder that cannot be written to costs only the resumption by a later run.
/// </remarks>
internal sealed partial class MultipartNotes(string folder, ILogger logger) : IDisposable
{
    private readonly Dictionary<string, MultipartNote> known = [];
    private readonly SemaphoreSlim turn = new(1);

    /// <returns>What is known of an upload; a fresh note if that is nothing.</returns>
    public async Task<MultipartNote> OfAsync(PushFile file, MultipartPlan plan, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var note = known.GetValueOrDefault(file.Path) ?? await ReadAsync(file, cancellationToken).ConfigureAwait(false);
            return known[file.Path] = note?.IsOf(file, plan) == true ? note : MultipartNote.Start(file, plan);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Notes a part, before anything else may go wrong.</summary>
    public async Task AddAsync(PushFile file, int number, string etag, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var note = known[file.Path];
            known[file.Path] = note = note with { Etags = new Dictionary<int, string>(note.Etags) { [number] = etag } };
            await WriteAsync(file, note, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Forgets an upload that has ended, well or badly.</summary>
    public async Task ForgetAsync(PushFile file, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            known.Remove(file.Path);
            if (Place(file) is var place && File.Exists(place))
            {
                PlainFolders.Check(folder, place);
                File.Delete(place);
            }
        }
        catch (Exception cause) when (IsNoMatter(cause))
        {
            LogNoNotes(cause.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<MultipartNote?> ReadAsync(PushFile file, CancellationToken cancellationToken)
    {
        try
        {
            var text = await AtomicFile.ReadAsync(Place(file), cancellationToken).ConfigureAwait(false);
            return text is null ? null : JsonSerializer.Deserialize(text, UploadJson.Default.MultipartNote);
        }
        catch (Exception cause) when (cause is JsonException || IsNoMatter(cause))
        {
            LogNoNotes(cause.Message);
            return null;
        }
    }

    private async Task WriteAsync(PushFile file, MultipartNote note, CancellationToken cancellationToken)
    {
        try
        {
            var place = Place(file);
            PlainFolders.MakeFor(folder, place);
            var ignore = Path.Combine(folder, ".cache", "huggingface", ".gitignore");
            if (!File.Exists(ignore))
            {
                await AtomicFile.WriteAsync(ignore, "*", null, cancellationToken).ConfigureAwait(false);
            }

            var text = JsonSerializer.Serialize(note, UploadJson.Default.MultipartNote);
            await AtomicFile.WriteAsync(place, text, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception cause) when (IsNoMatter(cause))
        {
            LogNoNotes(cause.Message);
        }
    }

    private string Place(PushFile file) =>
        Path.Combine(folder, ".cache", "huggingface", "upload", file.Path.Replace('/', Path.DirectorySeparatorChar) + ".lorae.json");

    // A folder that is a link or may not be written to: the push itself does not need the notes.
    private static bool IsNoMatter(Exception cause) =>
        cause is IOException or UnauthorizedAccessException or HubException { Kind: HubErrorKind.LocalFile };

    [LoggerMessage(LogLevel.Debug, "The notes of uploads in parts are left out: {Reason}")]
    private partial void LogNoNotes(string reason);
}
