namespace LoRAEnsembleHub.Data;

/// <summary>One input that is to be predicted: a file, the bytes of one, or a text.</summary>
/// <param name="Source">The file's path, or where the text or the bytes come from.</param>
/// <param name="Text">The text, or null for a file or bytes.</param>
public sealed record InputItem(string Source, string? Text)
{
    /// <summary>A whole picture or sound in memory, such as an upload, in any format that its files may have; null for files and texts.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>A picture or a sound; for a model of texts a table of them, with a prediction for each row.</summary>
    /// <param name="path">A file; it is read when it is predicted.</param>
    public static InputItem OfFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new InputItem(path, null);
    }

    /// <summary>A picture or a sound in memory.</summary>
    /// <param name="bytes">The whole file; not copied, and not to be changed before it was predicted.</param>
    /// <param name="name">What it is called in messages.</param>
    public static InputItem OfBytes(ReadOnlyMemory<byte> bytes, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new InputItem(name, null) { Bytes = bytes };
    }

    /// <summary>A text.</summary>
    /// <param name="text">The text itself.</param>
    /// <param name="name">What it is called in messages.</param>
    public static InputItem OfText(string text, string name = "text")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new InputItem(name, text);
    }
}
