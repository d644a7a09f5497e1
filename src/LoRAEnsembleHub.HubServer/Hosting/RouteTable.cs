namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Which handler answers which address. Parts of a path come decoded; names in them are read by the names' own rules.</summary>
internal sealed class RouteTable
{
    /// <summary>The part before addresses that are neither API nor repository; no owner's name can begin so.</summary>
    public const string Aside = "-";

    private readonly Dictionary<(string Family, string Method, string Word), RouteHandler> handlers = [];
    private readonly HashSet<string> repoWords = new(StringComparer.Ordinal);

    /// <summary><c>/api/WORDS</c>, such as <c>repos/create</c>.</summary>
    public void Api(string method, string words, RouteHandler handler) => handlers.Add(("api", method, words), handler);

    /// <summary><c>/api/models</c> and the like, by type.</summary>
    public void List(string method, RouteHandler handler) => handlers.Add(("list", method, ""), handler);

    /// <summary><c>/api/models/ID[/WORD/…]</c> and the like; the word may be empty. The rest of the parts comes with the exchange.</summary>
    public void Repo(string method, string word, RouteHandler handler)
    {
        handlers.Add(("repo", method, word), handler);
        repoWords.Add(word);
    }

    /// <summary><c>/[datasets/]ID/WORD/…</c>, such as <c>resolve</c>.</summary>
    public void File(string method, string word, RouteHandler handler)
    {
        handlers.Add(("file", method, word), handler);
        repoWords.Add(word);
    }

    /// <summary><c>/[datasets/]ID.git/WORDS</c>, such as <c>info/lfs/objects/batch</c>.</summary>
    public void Git(string method, string words, RouteHandler handler) => handlers.Add(("git", method, words), handler);

    /// <summary><c>/-/WORD/…</c>: addresses that the server itself hands out.</summary>
    public void Own(string method, string word, RouteHandler handler) => handlers.Add(("own", method, word), handler);

    /// <summary>Whether a name would be taken for a part of an address.</summary>
    public bool IsReserved(string name) => name is "api" || repoWords.Contains(name) || RepoTypes.TryParse(name, out var _);

    /// <returns>The handler for a request, with what the path says.</returns>
    /// <exception cref="RequestFault">404: no route; 405: no such method there.</exception>
    public Route Find(string method, IReadOnlyList<string> parts)
    {
        var place = Locate(parts) ?? throw RequestFault.NoSuchRoute();
        if (handlers.TryGetValue((place.Family, method, place.Word), out var handler))
        {
            return new(handler, place.Repo, place.Type, place.Rest, place.Family == "own");
        }

        // HEAD is GET without a body; Kestrel leaves the body out.
        if (method == "HEAD" && handlers.TryGetValue((place.Family, "GET", place.Word), out var get))
        {
            return new(get, place.Repo, place.Type, place.Rest, place.Family == "own");
        }

        throw handlers.Keys.Any(key => (key.Family, key.Word) == (place.Family, place.Word))
            ? new RequestFault(405, $"{method} is not possible here.")
            : RequestFault.NoSuchRoute();
    }

    private Place? Locate(IReadOnlyList<string> parts) =>
        parts[0] switch
        {
            "api" when parts.Count > 1 && RepoTypes.TryParse(parts[1], out var type) && parts[1] == type.Plural() => LocateApi(type, parts),
            "api" => new("api", string.Join('/', parts.Skip(1)), null, null, []),
            Aside => new("own", parts.Count > 1 ? parts[1] : "", null, null, [.. parts.Skip(2)]),
            _ => LocateFile(parts),
        };

    private Place? LocateApi(RepoType type, IReadOnlyList<string> parts)
    {
        if (parts.Count == 2)
        {
            return new("list", "", null, type, []);
        }

        // A name without an owner is followed by a word; an owner's name by any other name.
        var length = parts.Count == 3 || (repoWords.Contains(parts[3]) && !(parts.Count > 4 && repoWords.Contains(parts[4]))) ? 1 : 2;
        var at = 2 + length;
        return RepoId.TryParse(string.Join('/', parts.Skip(2).Take(length)), type, out var id)
            ? new("repo", parts.Count > at ? parts[at] : "", id, type, [.. parts.Skip(at + 1)])
            : throw RequestFault.RepoNotFound();
    }

    private Place? LocateFile(IReadOnlyList<string> parts)
    {
        var type = RepoType.Model;
        var skip = 0;
        if (RepoTypes.TryParse(parts[0], out var named) && parts[0] == named.Plural() && parts.Count > 1)
        {
            (type, skip) = (named, 1);
        }

        for (var length = 1; length <= 2 && skip + length < parts.Count; length++)
        {
            var name = string.Join('/', parts.Skip(skip).Take(length));
            var word = parts[skip + length];
            if (name.EndsWith(".git", StringComparison.Ordinal) && RepoId.TryParse(name[..^4], type, out var git))
            {
                return new("git", string.Join('/', parts.Skip(skip + length)), git, type, []);
            }

            if (handlers.Keys.Any(key => key.Family == "file" && key.Word == word) && RepoId.TryParse(name, type, out var id))
            {
                return new("file", word, id, type, [.. parts.Skip(skip + length + 1)]);
            }
        }

        return null;
    }

    private sealed record Place(string Family, string Word, RepoId? Repo, RepoType? Type, IReadOnlyList<string> Rest);
}
