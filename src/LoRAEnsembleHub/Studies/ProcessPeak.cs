using System.Globalization;

namespace LoRAEnsembleHub.Studies;

/// <summary>The most memory that this process had since it was last asked to forget; known on Linux alone.</summary>
internal static class ProcessPeak
{
    private const string Status = "/proc/self/status";
    private const string Forget = "/proc/self/clear_refs";
    private const string PeakField = "VmHWM:";

    /// <summary>Begins anew from what is used now.</summary>
    public static void Reset()
    {
        try
        {
            if (File.Exists(Forget))
            {
                File.WriteAllText(Forget, "5"); // proc(5): resets the peak resident set size
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not allowed everywhere; the peak then is that of the whole process so far
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
}
