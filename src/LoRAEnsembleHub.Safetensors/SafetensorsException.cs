using System.Text;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>A safetensors file, or what was to become one, breaks a rule of the format.</summary>
/// <remarks>
/// Not an <see cref="IOException"/>: reading the same bytes again cannot help, so whoever retries after trouble with a disk or a network
/// must not retry after this.
/// </remarks>
public sealed class SafetensorsException : Exception
{
    // Names come from the file: they may be long and may hold anything, so messages show them cut and with controls escaped.
    private const int ShownCharacters = 120;

    internal SafetensorsException(SafetensorsDefect defect, string? file, string? tensor, string problem, Exception? innerException = null)
        : base(Sentence(file, tensor, problem), innerException)
    {
        (Defect, File, Tensor) = (defect, file, tensor);
    }

    /// <summary>Which rule is broken.</summary>
    public SafetensorsDefect Defect { get; }

    /// <summary>The file's path, or its name where it was read from a stream or from memory; null where no file is concerned.</summary>
    public string? File { get; }

    /// <summary>The tensor's name as in the file; null where no single tensor is to blame.</summary>
    public string? Tensor { get; }

    /// <summary>Quotes a name that came from a file, so that it cannot disturb a message.</summary>
    internal static string Quote(string name)
    {
        var text = new StringBuilder("'");
        foreach (var rune in name.EnumerateRunes())
        {
            if (text.Length > ShownCharacters)
            {
                text.Append('…');
                break;
            }

            if (Rune.IsControl(rune))
            {
                text.Append("\\u").Append(rune.Value.ToString("x4", null));
            }
            else
            {
                text.Append(rune.ToString());
            }
        }

        return text.Append('\'').ToString();
    }

    private static string Sentence(string? file, string? tensor, string problem) =>
        (file, tensor) switch
        {
            (null, null) => problem,
            (null, _) => $"tensor {Quote(tensor)}: {problem}",
            (_, null) => $"{file}: {problem}",
            _ => $"{file}: tensor {Quote(tensor)}: {problem}",
        };
}
