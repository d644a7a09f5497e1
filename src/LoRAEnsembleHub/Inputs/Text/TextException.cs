namespace LoRAEnsembleHub.Inputs;

/// <summary>A tokenizer's file that cannot be used, and which one it is.</summary>
public sealed class TextException : Exception
{
    /// <summary>Names the file and says what is wrong with it and what to do.</summary>
    /// <param name="file">The path of the file or folder.</param>
    /// <param name="message">What was found, what was needed and what to do next, without the file's name.</param>
    /// <param name="inner">The failure underneath, if there is one.</param>
    /// <param name="line">The line at fault, from 1; null where there is none.</param>
    public TextException(string file, string message, Exception? inner = null, int? line = null)
        : base(line is null ? $"{file}: {message}" : $"{file}({line}): {message}", inner) => (File, Line) = (file, line);

    /// <summary>The path of the file or folder at fault.</summary>
    public string File { get; }

    /// <summary>The line at fault, from 1; null where there is none.</summary>
    public int? Line { get; }

    /// <summary>The bytes of the file are damaged or of another kind, as against sound ones that are not supported.</summary>
    public bool IsMalformed { get; init; }

    internal static TextException Of(string file, string message, Exception? inner, bool isMalformed) =>
        new(file, message, inner) { IsMalformed = isMalformed };
}
