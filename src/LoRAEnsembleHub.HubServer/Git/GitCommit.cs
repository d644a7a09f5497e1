using System.Globalization;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>One commit, as git writes it.</summary>
/// <remarks>The hash covers the text, so a commit read back can be checked against its own name.</remarks>
internal sealed record GitCommit
{
    /// <summary>Git's hash of the files.</summary>
    public required string Tree { get; init; }

    /// <summary>The commit before; null for the first.</summary>
    public CommitHash? Parent { get; init; }

    public required string Author { get; init; }

    /// <summary>When, in whole seconds.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>The first line of the message.</summary>
    public required string Title { get; init; }

    /// <summary>The rest of the message.</summary>
    public string Description { get; init; } = "";

    public string Message => Description.Length == 0 ? Title : $"{Title}\n\n{Description}";

    public CommitHash Hash => CommitHash.Parse(GitHash.Of("commit", Encoding.UTF8.GetBytes(Text())));

    /// <returns>The text that git hashes.</returns>
    public string Text()
    {
        var who = string.Create(
            CultureInfo.InvariantCulture,
            $"{Author} <{Author}@users.noreply.lorae-hub.invalid> {Date.ToUnixTimeSeconds()} +0000"
        );
        var parent = Parent is null ? "" : $"parent {Parent.Hex}\n";
        return $"tree {Tree}\n{parent}author {who}\ncommitter {who}\n\n{Message}\n";
    }

    /// <summary>Reads a commit back.</summary>
    /// <returns>The commit.</returns>
    /// <exception cref="InvalidDataException">The text is no commit as written here.</exception>
    public static GitCommit Read(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !text.EndsWith('\n'))
        {
            throw new InvalidDataException("A commit of the store has no message.");
        }

        var lines = text[..end]
            .Split('\n')
            .Select(line => line.Split(' ', 2))
            .Where(line => line.Length == 2)
            .ToLookup(line => line[0], line => line[1]);
        var who = lines["author"].FirstOrDefault()?.Split(' ') ?? [];
        var message = text[(end + 2)..^1].Split("\n\n", 2);
        return
            who.Length >= 4
            && lines["tree"].FirstOrDefault() is { } tree
            && long.TryParse(who[^2], CultureInfo.InvariantCulture, out var seconds)
            ? new()
            {
                Tree = tree,
                Parent = lines["parent"].Select(CommitHash.Parse).FirstOrDefault(),
                Author = string.Join(' ', who[..^3]),
                Date = DateTimeOffset.FromUnixTimeSeconds(seconds),
                Title = message[0],
                Description = message.Length > 1 ? message[1] : "",
            }
            : throw new InvalidDataException("A commit of the store lacks its tree, author or date.");
    }
}
