using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoRAEnsembleHub.Hub;

/// <summary>What the system says when an open file is to be locked.</summary>
internal enum LockAnswer
{
    /// <summary>It is ours until the handle is closed, also if the process dies.</summary>
    Taken,

    /// <summary>Somebody else has it.</summary>
    Held,

    /// <summary>This file system knows no such locks.</summary>
    NotImplemented,
}

/// <summary>The lock of the operating system on an open file: <c>flock</c>, which Python's filelock takes too.</summary>
/// <remarks>
/// .NET takes the same lock when a file is opened unshared, but ignores file systems without it, and a user can switch it off
/// (DOTNET_SYSTEM_IO_DISABLEFILELOCKING). Asked again here, the system says which it is; who holds the lock already just gets it again.
/// </remarks>
internal static class SystemLock
{
    private const int ExclusiveWithoutWaiting = 2 | 4; // LOCK_EX | LOCK_NB, the same numbers on Linux and macOS.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private const int Interrupted = 4;

    /// <summary>Asks for the lock and does not wait.</summary>
    public static LockAnswer Take(SafeFileHandle handle)
    {
        if (OperatingSystem.IsWindows())
        {
            return LockAnswer.Taken; // There an unshared file is locked by being open.
        }

        while (true)
        {
            if (Flock(handle, ExclusiveWithoutWaiting) == 0)
            {
                return LockAnswer.Taken;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case WouldBlockOnLinux or WouldBlockOnMac:
                    return LockAnswer.Held;
                default:
                    return LockAnswer.NotImplemented; // ENOSYS, ENOTSUP, ENOLCK: no answer that waiting would change.
            }
        }
    }

    /// <returns>Whether opening failed because somebody has the file open unshared.</returns>
    public static bool IsHeld(IOException exception) => exception.HResult is SharingViolation or WouldBlockOnLinux or WouldBlockOnMac;

    [DllImport("libc", EntryPoint = "flock", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flock(SafeFileHandle handle, int operation);
}
