namespace LoRAEnsembleHub.Inputs;

/// <summary>A sound file or a feature extractor's config that cannot be used, and which file it is.</summary>
public sealed class AudioException : Exception
{
    /// <summary>Names the file and says what is wrong with it and what to do.</summary>
    /// <param name="file">The path or the name the caller knows the bytes by.</param>
    /// <param name="message">What was found, what was needed and what to do next, without the file's name.</param>
    /// <param name="inner">The failure underneath, if there is one.</param>
    public AudioException(string file, string message, Exception? inner = null)
        : base($"{file}: {message}", inner) => File = file;

    /// <summary>The path or name of the file at fault.</summary>
    public string File { get; }

    /// <summary>The bytes of the file are damaged, cut short or no sound at all, as against sound ones that are not supported.</summary>
    public bool IsMalformed { get; init; }
}
