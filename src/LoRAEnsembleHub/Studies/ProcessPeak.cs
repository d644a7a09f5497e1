using System.Globalization;
using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Studies;

/// <summary>The most memory that this process had since it was last asked to forget; known on Linux alone.</summary>
internal static class ProcessPeak
{
    private const string Status = "/proc/self/status";
    private const string Forget = "/proc/self/clear_refs";
    private const string PeakField = "VmHWM:";

    /// <summary>Gives back what is no longer used, and begins anew from what is used then.</summary>
    public static void Reset()
    {
        try
        {
            if (File.Exists(Forget))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                ReleaseFreed();
                File.WriteAllText(Forget, "5"); // proc(5): resets the peak resident set size
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not allowed everywhere; the peak then is that of the whole process so far
        }
    }

    /// <summary>The C library keeps freed memory for later; what an earlier run had would count for the next one.</summary>
    private static void ReleaseFreed()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // the C library is another than glibc, which alone has the call
        }
    }

    /// <summary>Bytes, or null where the system does not tell.</summary>
    public static long? Read()
    {
        if (!File.Exists(Status))
        {
            return null;
        }

        var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(PeakField, StringComparison.Ordinal));
        return
            line?[PeakField.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                is [var kilobytes, ..]
            && long.TryParse(kilobytes, CultureInfo.InvariantCulture, out var value)
            ? value * 1024
            : null;
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallocTrim(nuint pad);
}
