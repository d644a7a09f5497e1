using System.Text;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>The files that a new repository begins with.</summary>
internal static class FirstFiles
{
    private static readonly string[] cardNames = ["license", "sdk"];

    /// <summary>Stores the Hub's <c>.gitattributes</c>, the files that came along, and a card for a licence or kind of space that was named.</summary>
    /// <param name="body">The request to create: <c>files</c>, <c>license</c>, <c>sdk</c>.</param>
    /// <param name="objects">Where content goes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The files.</returns>
    /// <exception cref="RequestFault">400, 422: a file is refused.</exception>
    public static async Task<FileTree> StoreAsync(JsonObject body, ObjectStore objects, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [".gitattributes"] = Encoding.UTF8.GetBytes(LfsRule.DefaultText),
        };
        if (Card(body) is { } card)
        {
            files["README.md"] = card;
        }

        foreach (var file in body.Objects("files"))
        {
            var path = file.Text("path") ?? throw RequestFault.BadRequest("A file lacks its 'path'.");
            PushedPath.Check(path);
            files[path] = Decoded(path, file);
        }

        var stored = new List<StoredFile>();
        foreach (var (path, content) in files)
        {
            var pending = objects.Begin(content.Length);
            await using (pending.ConfigureAwait(false))
            {
                await pending.AppendAsync(content, cancellationToken).ConfigureAwait(false);
                stored.Add(StoredFile.Regular(path, content.Length, pending.Place(asLarge: false)));
            }
        }

        RepoPath.CheckAll(files.Keys);
        return new(stored);
    }

    private static byte[]? Card(JsonObject body)
    {
        var lines = cardNames
            .Select(name => (Name: name, Value: body.Text(name)))
            .Where(entry => !string.IsNullOrEmpty(entry.Value))
            .Select(entry =>
                entry.Value!.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_')
                    ? $"{entry.Name}: {entry.Value}\n"
                    : throw RequestFault.BadRequest($"'{entry.Name}' may have letters, digits, '-', '.' and '_'.")
            )
            .ToList();
        return lines.Count == 0 ? null : Encoding.UTF8.GetBytes($"---\n{string.Concat(lines)}---\n");
    }

    private static byte[] Decoded(string path, JsonObject file)
    {
        var content = file.Text("content") ?? "";
        if (file.Text("encoding") != "base64")
        {
            return Encoding.UTF8.GetBytes(content);
        }

        var bytes = new byte[content.Length];
        return Convert.TryFromBase64String(content, bytes, out var count)
            ? bytes[..count]
            : throw RequestFault.BadRequest($"The content of {HubText.Shown(path)} is not valid base64.");
    }
}
