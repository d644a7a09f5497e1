using System.Buffers;
using System.Text.Json;

namespace LoRAEnsembleHub.Hub;

/// <summary>The lines of a commit, without the bytes of inline files: one JSON object a line, with <c>key</c> and <c>value</c>.</summary>
/// <remarks>The commit route of the Hub API (<c>application/x-ndjson</c>), as huggingface_hub sends it.</remarks>
internal static class CommitLines
{
    /// <summary>What follows the base64 of an inline file.</summary>
    public static ReadOnlyMemory<byte> InlineEnd { get; } = "\"}}\n"u8.ToArray();

    /// <returns>The first line.</returns>
    public static byte[] Header(CommitMessage message, CommitHash? parent) =>
        Line(
            "header",
            json =>
            {
                json.WriteString("summary", message.Summary);
                json.WriteString("description", message.Description);
                if (parent is not null)
                {
                    json.WriteString("parentCommit", parent.Hex);
                }
            }
        );

    /// <returns>The line of an operation; of an inline file only what precedes its base64.</returns>
    public static byte[] Of(CommitOperation operation) =>
        operation switch
        {
            InlineFile => Inline(operation.Path),
            LargeFile large => Line(
                "lfsFile",
                json =>
                {
                    json.WriteString("path", large.Path);
                    json.WriteString("algo", "sha256");
                    json.WriteString("oid", large.File.Sha256.Hex);
                    json.WriteNumber("size", large.File.Size);
                }
            ),
            DeletedFile => Line("deletedFile", json => json.WriteString("path", operation.Path)),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "No such operation."),
        };

    // The content comes last, so that a server knows where it belongs before it arrives, and is written by hand, so that it is never in memory.
    private static byte[] Inline(string path)
    {
        var line = Line(
            "file",
            json =>
            {
                json.WriteString("path", path);
                json.WriteString("encoding", "base64");
                json.WriteString("content", "");
            }
        );
        return line[..^InlineEnd.Length];
    }

    private static byte[] Line(string key, Action<Utf8JsonWriter> writeValue)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteStartObject("value");
            writeValue(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }
}
