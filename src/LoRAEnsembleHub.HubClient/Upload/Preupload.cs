using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Asks a hub how to send each file, and which it has already.</summary>
internal sealed class Preupload(HubTransport transport, RepoId repo, Revision revision, bool createPullRequest)
{
    private const int MostFiles = 256; // As huggingface_hub; the hub's own limit.
    private const int LongestRulesBytes = 1 << 20;

    /// <returns>The files, sorted out; nothing to delete yet.</returns>
    /// <exception cref="HubException">The hub refused, failed, or left a file out of its answer.</exception>
    public async Task<PushPlan> AskAsync(IReadOnlyList<PushFile> files, CancellationToken cancellationToken)
    {
        var ignoreRules = await TextAsync(files, ".gitignore", cancellationToken).ConfigureAwait(false);
        var attributes = await TextAsync(files, ".gitattributes", cancellationToken).ConfigureAwait(false);
        List<PushFile> inline = [],
            large = [],
            unchanged = [],
            ignored = [];
        foreach (var some in files.Chunk(MostFiles))
        {
            var question = new PreuploadRequest
            {
                Files = [.. some.Select(file => new PreuploadFile(file.Path, file.Size, Convert.ToBase64String(file.Sample)))],
                GitIgnore = ignoreRules,
                GitAttributes = attributes,
            };
            var verdicts = await AskAsync(question, cancellationToken).ConfigureAwait(false);
            foreach (var file in some)
            {
                var verdict = verdicts[file.Path].FirstOrDefault() ?? throw Unclear(file, "nothing");
                var group = verdict switch
                {
                    { ShouldIgnore: true } => ignored,
                    _ when ContentHash.TryParse(verdict.Oid, out var now) && file.Is(now) => unchanged,
                    { UploadMode: "regular" } => inline,
                    { UploadMode: "lfs" } => file.Size == 0 ? inline : large, // Git has no large empty file.
                    _ => throw Unclear(file, $"'{HubText.Shown(verdict.UploadMode ?? "null")}'"),
                };
                group.Add(file);
            }
        }

        return new()
        {
            Inline = inline,
            Large = large,
            Unchanged = unchanged,
            Ignored = ignored,
        };
    }

    private async Task<ILookup<string?, PreuploadVerdict>> AskAsync(PreuploadRequest question, CancellationToken cancellationToken)
    {
        var request = new HubRequest
        {
            Method = HttpMethod.Post,
            Address = new(HubAddresses.Preupload(repo, revision) + (createPullRequest ? "?create_pr=1" : ""), UriKind.Relative),
            Body = HubJson.Body(question, UploadJson.Default.PreuploadRequest),
            Repo = repo,
        };
        var answer = await transport.AskAsync(request, UploadJson.Default.PreuploadAnswer, cancellationToken).ConfigureAwait(false);
        return (answer.Files ?? []).ToLookup(verdict => verdict.Path, StringComparer.Ordinal);
    }

    private static async Task<string?> TextAsync(IReadOnlyList<PushFile> files, string path, CancellationToken cancellationToken) =>
        files.FirstOrDefault(file => file.Path == path && file.Size <= LongestRulesBytes) is { } found
            ? Encoding.UTF8.GetString(await FileReading.ReadAllAsync(found, cancellationToken).ConfigureAwait(false))
            : null;

    private static HubException Unclear(PushFile file, string mode) =>
        new(
            HubErrorKind.Metadata,
            $"Asked how to send '{HubText.Shown(file.Path)}', the hub said {mode}; 'regular' or 'lfs' was expected.",
            "Nothing was committed. Check the endpoint's address; this client may be too old for the hub."
        );
}
