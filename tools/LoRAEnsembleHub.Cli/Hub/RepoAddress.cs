using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What a user types to name a repository, with what the address itself may add.</summary>
/// <param name="Repo">The repository.</param>
/// <param name="Revision">The revision after <c>@</c>, or null.</param>
/// <param name="Path">A file or folder after the id, or null.</param>
internal sealed record RepoAddress(RepoId Repo, Revision? Revision, string? Path)
{
    private const string Scheme = "hf://";

    /// <summary>
    /// Reads <c>namespace/name</c>, <c>datasets/namespace/name</c>, or huggingface_hub's address
    /// <c>hf://[datasets/]namespace/name[@revision][/path]</c>.
    /// </summary>
    /// <exception cref="HubException">It is none of these.</exception>
    /// <exception cref="CommandException">The address and <paramref name="asked"/> contradict each other.</exception>
    public static RepoAddress Parse(string text, RepoType? asked)
    {
        var isAddress = text.StartsWith(Scheme, StringComparison.Ordinal);
        var rest = isAddress ? text[Scheme.Length..] : text;
        RepoType? said = null;
        foreach (var type in Enum.GetValues<RepoType>())
        {
            var prefix = type.ToString().ToLowerInvariant() + "s/";
            if (rest.StartsWith(prefix, StringComparison.Ordinal) && rest.Split('/').Length > 2)
            {
                (said, rest) = (type, rest[prefix.Length..]);
                break;
            }
        }

        if (said is not null && asked is not null && said != asked)
        {
            throw CommandException.Usage(
                $"{text} is a {said.ToString()!.ToLowerInvariant()}; --repo-type says {asked.ToString()!.ToLowerInvariant()}."
            );
        }

        var kind = said ?? asked ?? RepoType.Model;
        if (!isAddress)
        {
            return new RepoAddress(RepoId.Parse(rest, kind), null, null);
        }

        var parts = rest.Split('/', 3);
        var path = parts.Length > 2 && parts[2].Length > 0 ? parts[2] : null;
        var id = string.Join('/', parts.Take(2));
        var at = id.IndexOf('@', StringComparison.Ordinal);
        // A revision with slashes is written with %2F, as in addresses of the hub.
        return at < 0
            ? new RepoAddress(RepoId.Parse(id, kind), null, path)
            : new RepoAddress(
                RepoId.Parse(id[..at], kind),
                LoRAEnsembleHub.Hub.Revision.Parse(Uri.UnescapeDataString(id[(at + 1)..])),
                path
            );
    }
}
