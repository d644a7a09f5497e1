namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What a client sent as a commit, with the content of its files in the store already.</summary>
/// <param name="Title">The first line of the message.</param>
/// <param name="Description">The rest of the message.</param>
/// <param name="Parent">The commit that the branch must be at, or its first digits; null for any.</param>
/// <param name="Operations">The changes, in order.</param>
internal sealed record CommitIntake(string Title, string Description, string? Parent, IReadOnlyList<CommitOperation> Operations)
{
    private const int ShortestParent = 7;

    /// <summary>Reads a commit.</summary>
    /// <param name="body">The lines.</param>
    /// <param name="objects">Where content goes.</param>
    /// <param name="isLarge">Decides by name and size whether a file is a large one.</param>
    /// <param name="limits">How much is taken.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RequestFault">400, 413, 422, 507: something is wrong with a line; no branch has changed.</exception>
    public static async Task<CommitIntake> ReadAsync(
        Stream body,
        ObjectStore objects,
        Func<string, long, bool> isLarge,
        ServerLimits limits,
        CancellationToken cancellationToken
    )
    {
        var reader = new CommitLineReader(body, objects.NewTemporaryPath);
        CommitLine? header = null;
        var operations = new List<CommitOperation>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            await using (line.ConfigureAwait(false))
            {
                if (header is null)
                {
                    header = line.Key == "header" ? line : throw RequestFault.BadRequest("The first line of a commit must be its header.");
                    continue;
                }

                if (operations.Count >= limits.CommitOperations)
                {
                    throw RequestFault.TooLarge($"A commit may have {limits.CommitOperations} changes; send several commits.");
                }

                operations.Add(await OperationAsync(line, objects, isLarge, cancellationToken).ConfigureAwait(false));
            }
        }

        return header is null
            ? throw RequestFault.BadRequest("The commit is empty; its first line must be its header.")
            : Of(header, operations);
    }

    private static CommitIntake Of(CommitLine header, List<CommitOperation> operations)
    {
        var summary = (header.Value.Text("summary") ?? "").ReplaceLineEndings("\n").Trim().Split('\n', 2);
        var description = (header.Value.Text("description") ?? "").ReplaceLineEndings("\n").Trim();
        var rest = string.Join("\n\n", new[] { summary.Length > 1 ? summary[1].Trim() : "", description }.Where(part => part.Length > 0));
        var parent = header.Value.Text("parentCommit");
        if (
            parent is { Length: > 0 }
            && (parent.Length is < ShortestParent or > CommitHash.Digits || parent.AsSpan().ContainsAnyExcept(NameCharacters.Hex))
        )
        {
            throw RequestFault.BadRequest("'parentCommit' must be a commit hash of 40 digits, or its first 7 or more.");
        }

        return new(
            summary[0].Length > 0 ? Clean(summary[0]) : "Update",
            Clean(rest),
            parent is { Length: > 0 } ? parent : null,
            operations
        );
    }

    // Git ends a message at a zero byte.
    private static string Clean(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    private static async Task<CommitOperation> OperationAsync(
        CommitLine line,
        ObjectStore objects,
        Func<string, long, bool> isLarge,
        CancellationToken cancellationToken
    )
    {
        var path = line.Value.Text("path") ?? throw RequestFault.BadRequest($"A line '{HubText.Shown(line.Key)}' lacks its 'path'.");
        switch (line.Key)
        {
            case "file":
                PushedPath.Check(path);
                var content = line.Content ?? throw RequestFault.BadRequest($"The line of {HubText.Shown(path)} lacks its 'content'.");
                var encoding = line.Value.Text("encoding") ?? "utf-8";
                return new CommitOperation.Put(
                    await InlineContent
                        .StoreAsync(path, content, encoding, objects, size => isLarge(path, size), cancellationToken)
                        .ConfigureAwait(false)
                );
            case "lfsFile":
                PushedPath.Check(path);
                return new CommitOperation.Put(Large(path, line, objects));
            case "deletedFile":
                return new CommitOperation.DeleteFile(path);
            case "deletedFolder":
                return new CommitOperation.DeleteFolder(path.TrimEnd('/'));
            default:
                throw RequestFault.BadRequest($"A commit has no lines '{HubText.Shown(line.Key)}'.");
        }
    }

    private static StoredFile Large(string path, CommitLine line, ObjectStore objects)
    {
        if (line.Value.Text("algo") is { } algorithm && algorithm != "sha256")
        {
            throw RequestFault.BadRequest($"'{HubText.Shown(algorithm)}' is no hash of large files; sha256 is.");
        }

        if (!ContentHash.TryParse(line.Value.Text("oid"), out var oid) || !oid.IsSha256)
        {
            throw RequestFault.BadRequest($"The 'oid' of {HubText.Shown(path)} must have 64 hexadecimal digits in lower case.");
        }

        if (!objects.TryFind(oid, out var stored))
        {
            throw RequestFault.BadRequest($"The content of {HubText.Shown(path)} ({oid.Hex}) is not stored here; upload it first.");
        }

        return line.Value.Size("size") is { } size && size != stored.Length
            ? throw RequestFault.BadRequest($"{HubText.Shown(path)} has {stored.Length} bytes, but the commit says {size}.")
            : StoredFile.Large(path, stored.Length, oid);
    }
}
