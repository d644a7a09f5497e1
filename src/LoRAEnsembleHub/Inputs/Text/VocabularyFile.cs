using System.Text;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Reads a vocab.txt: a token a line, whose id is the number of lines before it.</summary>
/// <remarks>
/// As transformers reads it: lines end in LF, CR LF or CR, and nothing else is taken off them; an empty line counts and is no token that a
/// text could hold; of lines that are alike the last one gives the id.
/// </remarks>
internal static class VocabularyFile
{
    public const string Name = "vocab.txt";

    /// <exception cref="TextException">The file cannot be read, is empty, or is not UTF-8.</exception>
    public static Vocabulary Read(string file)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TextException(file, $"The vocabulary cannot be read: {exception.Message}", exception);
        }

        if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            throw new TextException(
                file,
                "A byte order mark stands before the first token and would be a part of it; save the file as UTF-8 without one.",
                line: 1
            )
            {
                IsMalformed = true,
            };
        }

        return bytes.Length > 0 ? new Vocabulary(Lines(bytes, file)) : throw new TextException(file, "The vocabulary is empty.");
    }

    private static List<string> Lines(ReadOnlySpan<byte> bytes, string file)
    {
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var lines = new List<string>();
        while (!bytes.IsEmpty)
        {
            var length = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            var line = length < 0 ? bytes : bytes[..length];
            bytes = bytes[line.Length..];
            bytes = bytes[(bytes.StartsWith("\r\n"u8) ? 2 : Math.Min(1, bytes.Length))..];
            try
            {
                lines.Add(strict.GetString(line));
            }
            catch (DecoderFallbackException exception)
            {
                throw new TextException(file, "The line is not UTF-8; save the file as UTF-8.", exception, lines.Count + 1)
                {
                    IsMalformed = true,
                };
            }
        }

        return lines;
    }
}
