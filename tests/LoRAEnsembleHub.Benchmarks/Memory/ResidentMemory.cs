using System.Globalization;

namespace LoRAEnsembleHub.Benchmarks.Memory;

/// <summary>What the operating system says that this process holds in memory.</summary>
/// <param name="Now">VmRSS in bytes: anonymous memory and the touched pages of mapped files.</param>
/// <param name="Peak">VmHWM in bytes: the highest VmRSS so far.</param>
internal sealed record ResidentMemory(long Now, long Peak)
{
    private const string Status = "/proc/self/status";

    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static ResidentMemory Read()
    {
        if (!File.Exists(Status))
        {
            throw new PlatformNotSupportedException(
                $"Memory is measured from {Status}, which only Linux has. Run this benchmark on Linux."
            );
        }

        var lines = File.ReadAllLines(Status);
        long Bytes(string name)
        {
            var line = lines.First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
            return 1024 * long.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }

        return new ResidentMemory(Bytes("VmRSS"), Bytes("VmHWM"));
    }
}
