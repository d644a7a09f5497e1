using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LoRAEnsembleHub.Hub;

/// <summary>The listing of a commit as the cache keeps it: <c>trees/COMMIT.json</c>, byte for byte as huggingface_hub writes it.</summary>
/// <remarks>
/// Version 1 of huggingface_hub's format: Python's <c>json.dump</c> with an indent of 1, files in the order of their code points. With it a
/// snapshot can be checked for being whole and sound without a network.
/// </remarks>
internal static class TreeFile
{
    private const int Version = 1;
    private const int XetDigits = 64;

    /// <returns>The text of the file.</returns>
    public static string Write(IEnumerable<RepoFile> files)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\n \"format_version\": {Version},\n \"files\": {{");
        var separator = "";
        foreach (var file in files.OrderBy(file => file.Path, CodePointOrder.Instance))
        {
            text.Append(separator).Append("\n  ");
            Quote(text, file.Path);
            text.Append(CultureInfo.InvariantCulture, $": {{\n   \"size\": {file.Size},\n   \"blob_id\": \"{file.GitOid}\"");
            if (file.IsLfs)
            {
                text.Append(CultureInfo.InvariantCulture, $",\n   \"lfs_sha256\": \"{file.Hash}\",\n   \"lfs_size\": {file.Size}");
            }

            text.Append("\n  }");
            separator = ",";
        }

        return text.Append(separator.Length == 0 ? "}\n}" : "\n }\n}").ToString();
    }

    /// <summary>Reads what <see cref="Write"/> or huggingface_hub wrote.</summary>
    /// <returns>The files, or null if it is of another version or anything in it is not as it should be: then it is as good as not there.</returns>
    public static IReadOnlyList<RepoFile>? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.GetProperty("format_version").GetInt32() != Version)
            {
                return null;
            }

            var files = new List<RepoFile>();
            foreach (var entry in root.GetProperty("files").EnumerateObject())
            {
                if (ReadFile(entry.Name, entry.Value) is not { } file)
                {
                    return null;
                }

                files.Add(file);
            }

            return files;
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RepoFile? ReadFile(string path, JsonElement entry)
    {
        var gitOid = entry.GetProperty("blob_id").GetString();
        var sha256 = Optional(entry, "lfs_sha256")?.GetString();
        var size = Optional(entry, "lfs_size")?.GetInt64() ?? entry.GetProperty("size").GetInt64();
        var xet = Optional(entry, "xet_hash")?.GetString();
        var isSound =
            RepoPath.Complaint(path) is null
            && size >= 0
            && CommitHash.TryParse(gitOid, out _)
            && (sha256 is null || (ContentHash.TryParse(sha256, out var large) && large.IsSha256))
            && (xet is null || (xet.Length == XetDigits && !xet.AsSpan().ContainsAnyExcept(NameCharacters.Hex)));
        return isSound
            ? new()
            {
                Path = path,
                Size = size,
                Hash = ContentHash.Parse(sha256 ?? gitOid!),
                GitOid = gitOid!,
                IsLfs = sha256 is not null,
            }
            : null;
    }

    private static JsonElement? Optional(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    // Python's json: short escapes where JSON has them, four hexadecimal digits for all else outside printable ASCII.
    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                >= ' ' and <= '~' => text.Append(letter),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
            };
        }

        text.Append('"');
    }
}
