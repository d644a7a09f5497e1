namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Checks the card that a commit brings, as <c>validate-yaml</c> does; not every client asks there first.</summary>
internal static class PushedCard
{
    private const string Path = "README.md";
    private const int MostBytes = 8 << 20;

    /// <summary>Lets a commit pass, or refuses it.</summary>
    /// <exception cref="RequestFault">400: the card's metadata are wrong.</exception>
    public static async Task CheckAsync(
        StoredRepository repo,
        IReadOnlyList<CommitOperation> operations,
        CancellationToken cancellationToken
    )
    {
        if (operations.OfType<CommitOperation.Put>().LastOrDefault(put => put.Path == Path) is not { } put || put.File.Size > MostBytes)
        {
            return;
        }

        var file = await repo.LocateAsync(put.File, cancellationToken).ConfigureAwait(false);
        var content = await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
        var findings = CardRules.Check(content, repo.Id.Type);
        if (findings.Errors.Count > 0)
        {
            throw RequestFault.BadRequest($"Invalid metadata in {Path}: {string.Join("; ", findings.Errors)}. Nothing was committed.");
        }
    }
}
