namespace LoRAEnsembleHub.Hub;

/// <summary>Names what to remove from a cache: a repository, or one commit wherever it is.</summary>
public sealed record CacheTarget
{
    private const string Scheme = "hf://";

    private CacheTarget(RepoId? repo, CommitHash? commit) => (Repo, Commit) = (repo, commit);

    /// <summary>The repository; null if a commit is meant.</summary>
    public RepoId? Repo { get; }

    /// <summary>The commit; null if a repository is meant.</summary>
    public CommitHash? Commit { get; }

    /// <returns>A repository with all its snapshots.</returns>
    /// <param name="repo">Its id.</param>
    public static CacheTarget Of(RepoId repo) => new(repo, null);

    /// <returns>The snapshot of one commit.</returns>
    /// <param name="commit">Its hash.</param>
    public static CacheTarget Of(CommitHash commit) => new(null, commit);

    /// <summary>Reads a target as the list of the cache shows it.</summary>
    /// <param name="text">
    /// <c>model/ns/name</c>, <c>dataset/ns/name</c>, …; the plural or <c>hf://</c> before it does no harm; or a full commit hash.
    /// </param>
    /// <returns>The target.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.InvalidName"/>: the text is neither.</exception>
    public static CacheTarget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (CommitHash.TryParse(text, out var commit))
        {
            return Of(commit);
        }

        var isAddress = text.StartsWith(Scheme, StringComparison.Ordinal);
        var name = isAddress ? text[Scheme.Length..] : text;
        var parts = name.Split('/', 2);
        if (parts.Length == 2 && RepoTypes.TryParse(parts[0], out var type))
        {
            return Of(RepoId.Parse(parts[1], type));
        }

        return isAddress
            ? Of(RepoId.Parse(name)) // An address without a kind is a model's.
            : throw new HubException(
                HubErrorKind.InvalidName,
                $"'{HubText.Shown(text)}' names nothing in a cache.",
                "Name 'model/NAMESPACE/NAME' (or dataset, space, kernel), or all 40 digits of a commit hash."
            );
    }

    /// <returns>The text that <see cref="Parse"/> reads.</returns>
    public override string ToString() => Commit?.Hex ?? $"{Repo!.Type.Word()}/{Repo.FullName}";
}
