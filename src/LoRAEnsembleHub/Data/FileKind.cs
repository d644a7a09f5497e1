namespace LoRAEnsembleHub.Data;

/// <summary>A kind of files that data sets are made of, told by how their names end.</summary>
public sealed class FileKind
{
    private readonly string[] endings;

    private FileKind(string word, string many, params string[] endings) => (Word, Many, this.endings) = (word, many, endings);

    /// <summary>Pictures.</summary>
    public static FileKind Image { get; } = new("image", "images", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif");

    /// <summary>Sounds.</summary>
    public static FileKind Audio { get; } = new("sound", "sounds", ".wav", ".wave", ".flac", ".ogg", ".oga");

    /// <summary>For messages: <c>image</c>.</summary>
    public string Word { get; }

    /// <summary>For messages: <c>images</c>.</summary>
    public string Many { get; }

    /// <summary>How the names end, in words.</summary>
    public string Endings => string.Join(", ", endings);

    /// <summary>Whether a file's name says that it is of this kind.</summary>
    /// <param name="file">A path.</param>
    public bool Matches(string file) => endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);
}
