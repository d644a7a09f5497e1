using System.Runtime.InteropServices;
using TorchSharp;

namespace LoRAEnsembleHub.Native;

/// <summary>Loads torch's native libraries, and says in one message why they do not load.</summary>
/// <remarks>
/// Without this the first tensor of a program fails inside a static constructor, under several layers of type initialisers that name
/// neither the file nor the cure. Call it before the first use of torch; entry points of this library do so themselves.
/// </remarks>
public static class NativeTorch
{
    private static readonly Lazy<NativeFault?> Fault = new(Load);

    /// <summary>Loads the libraries on the first call; later calls only look at its outcome.</summary>
    /// <exception cref="NativeLibraryException">A library is missing or does not load; it says which, where, and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Fault.Value is { } fault)
        {
            throw new NativeLibraryException(fault.Library, fault.Message);
        }
    }

    private static NativeFault? Load()
    {
        var fault = new NativeProbe(NativeNames.Current, Folders(), Open).FindFault();
        // The system's own search path may have both. Where only libtorch is missing the system's is left alone: one of another version,
        // such as a distribution's, loads beside this shim and then ends the process.
        var isLeftToSystem = fault is { IsMissing: true } && fault.Library == NativeNames.Current.Shim;
        if (isLeftToSystem && NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out _))
        {
            fault = null;
        }

        return fault ?? Initialise();
    }

    private static NativeFault? Initialise()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or EntryPointNotFoundException)
        {
            var shim = NativeNames.Current.Shim;
            return new NativeFault(
                shim,
                $"{shim} loads, but TorchSharp cannot use it: {e.GetBaseException().Message} The package TorchSharp and the libtorch package "
                    + $"must belong together ({NativeNames.Versions}): correct the references and build again."
            );
        }
    }

    private static string? Open(string path)
    {
        try
        {
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }

    private static List<string> Folders()
    {
        var native = Path.Combine("runtimes", NativeNames.Current.System, "native");
        var listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? ""; // from the host, which read deps.json
        string[] folders =
        [
            .. listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, native),
        ];
        return [.. folders.Select(Path.TrimEndingDirectorySeparator).Distinct()];
    }
}
