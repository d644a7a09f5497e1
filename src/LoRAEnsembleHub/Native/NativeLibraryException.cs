namespace LoRAEnsembleHub.Native;

/// <summary>A native library, torch's or SkiaSharp's, is missing, damaged, or made for another system.</summary>
public sealed class NativeLibraryException : Exception
{
    internal NativeLibraryException(string library, string message)
        : base(message) => Library = library;

    /// <summary>File name or path of the library that is missing or does not load.</summary>
    public string Library { get; }
}
