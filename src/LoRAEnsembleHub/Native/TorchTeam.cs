using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Native;

/// <summary>The threads that torch itself computes with (GNU OpenMP, on Linux).</summary>
/// <remarks>
/// They wait for their next work by spinning, for a while. Work on other threads would have to share the processors with them; theirs begins at once.
/// Source of the entry: libgomp, libgomp_g.h (GOMP_parallel).
/// </remarks>
internal static unsafe class TorchTeam
{
    private static readonly delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> parallel = Find();

    /// <summary>Whether the threads can be had.</summary>
    public static bool IsThere => parallel is not null;

    /// <summary>Runs work on several threads, the calling one among them, and waits for all.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="work">Is called once on each of them.</param>
    /// <exception cref="Exception">What one of the calls threw.</exception>
    public static void Run(int threads, Action work)
    {
        var call = new Call(work);
        var handle = GCHandle.Alloc(call);
        try
        {
            parallel(&Enter, (void*)GCHandle.ToIntPtr(handle), (uint)threads, 0);
        }
        finally
        {
            handle.Free();
        }

        call.Fault?.Throw();
    }

    [UnmanagedCallersOnly]
    private static void Enter(void* data)
    {
        var call = (Call)GCHandle.FromIntPtr((nint)data).Target!;
        try
        {
            call.Work();
        }
#pragma warning disable CA1031 // nothing may leave through foreign code; thrown again by the thread that asked
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.Fault = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private static delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            using (module)
            {
                if (
                    module.ModuleName.StartsWith("libgomp", StringComparison.Ordinal)
                    && NativeLibrary.TryLoad(module.FileName, out var library) // is loaded already; its use is only counted
                    && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var entry)
                )
                {
                    return (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)entry;
                }
            }
        }

        return null;
    }

    private sealed class Call(Action work)
    {
        public Action Work => work;

        public ExceptionDispatchInfo? Fault { get; set; }
    }
}
