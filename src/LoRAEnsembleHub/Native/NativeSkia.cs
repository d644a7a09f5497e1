using SkiaSharp;

namespace LoRAEnsembleHub.Native;

/// <summary>Loads SkiaSharp's native library, which decodes pictures, and says in one message why it does not load.</summary>
/// <remarks>
/// SkiaSharp brings its library along for Windows and macOS only; on Linux the program has to reference it. Without this, the first
/// picture fails under type initialisers that name neither the file nor the cure.
/// </remarks>
internal static class NativeSkia
{
    private static readonly Lazy<string?> Fault = new(Load);

    /// <exception cref="NativeLibraryException">The library is missing or does not load; it says what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Fault.Value is { } fault)
        {
            throw new NativeLibraryException("libSkiaSharp", fault);
        }
    }

    private static string? Load()
    {
        try
        {
            using var data = SKData.CreateCopy([0]);
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            var cause = e.GetBaseException();
            return cause is DllNotFoundException
                ? "libSkiaSharp, which decodes pictures, was not found. On Linux, add a reference to the package "
                    + "SkiaSharp.NativeAssets.Linux.NoDependencies, in the version of SkiaSharp, to the program's project, and build again."
                : $"libSkiaSharp, which decodes pictures, does not load: {cause.Message}";
        }
    }
}
