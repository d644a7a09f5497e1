using System.Diagnostics.CodeAnalysis;

namespace LoRAEnsembleHub.Hub;

/// <summary>Names a repository of a hub: its kind, its owner if it has one, and its name.</summary>
/// <remarks>The rule for names is <c>validate_repo_id</c> of huggingface_hub: a valid id can always be a folder of the cache.</remarks>
public sealed record RepoId
{
    private const int LongestPart = 96;

    private RepoId(RepoType type, string? owner, string name) => (Type, Namespace, Name) = (type, owner, name);

    /// <summary>What the repository holds.</summary>
    public RepoType Type { get; }

    /// <summary>The user or organisation that owns it; null for the few repositories without one.</summary>
    public string? Namespace { get; }

    /// <summary>The last part of the id.</summary>
    public string Name { get; }

    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public string FullName => Namespace is null ? Name : $"{Namespace}/{Name}";

    /// <summary>The folder of the cache: <c>models--namespace--name</c>.</summary>
    public string CacheFolderName => $"{Type.Plural()}--{FullName.Replace("/", "--", StringComparison.Ordinal)}";

    /// <summary>Reads an id such as <c>lorae/vit-glyphs-small</c>.</summary>
    /// <param name="text">The id, without a kind before it.</param>
    /// <param name="type">What the repository holds.</param>
    /// <returns>The id.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.InvalidName"/>: the text is no id.</exception>
    public static RepoId Parse(string text, RepoType type = RepoType.Model)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Complaint(text) is { } complaint
            ? throw new HubException(
                HubErrorKind.InvalidName,
                $"'{HubText.Shown(text)}' is no repository id: {complaint}.",
                "An id is 'namespace/name' or 'name'; each part has 1 to 96 of the characters A-Z a-z 0-9 _ . -"
            )
            : Split(text, type);
    }

    /// <summary>Reads an id, or says no.</summary>
    /// <param name="text">The id, without a kind before it.</param>
    /// <param name="type">What the repository holds.</param>
    /// <param name="id">The id.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse(string? text, RepoType type, [NotNullWhen(true)] out RepoId? id)
    {
        id = text is not null && Complaint(text) is null ? Split(text, type) : null;
        return id is not null;
    }

    /// <returns>The kind (unless it is a model) and the full name: <c>datasets/lorae/digits</c>.</returns>
    public override string ToString() => Type.AddressPrefix() + FullName;

    private static RepoId Split(string text, RepoType type)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new(type, null, text) : new(type, text[..slash], text[(slash + 1)..]);
    }

    private static string? Complaint(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            return "it has more than one '/'";
        }

        foreach (var part in parts)
        {
            if (part.Length is 0 or > LongestPart)
            {
                return $"a part has {part.Length} characters";
            }

            if (part.AsSpan().IndexOfAnyExcept(NameCharacters.RepoPart) is >= 0 and var at)
            {
                return $"'{HubText.Shown(part[at].ToString())}' is not allowed";
            }

            if (part[0] is '-' or '.' || part[^1] is '-' or '.')
            {
                return "a part begins or ends with '-' or '.'";
            }

            if (part.Contains("--", StringComparison.Ordinal) || part.Contains("..", StringComparison.Ordinal))
            {
                return "it contains '--' or '..'";
            }
        }

        return text.EndsWith(".git", StringComparison.Ordinal) ? "it ends in '.git'" : null;
    }
}
