using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoRAEnsembleHub.Hub;

/// <summary>Tells whether two names or handles are one file: the device and the number the file has on it.</summary>
/// <param name="Device">Which volume.</param>
/// <param name="Number">Which file on it: the inode, or Windows' file index.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Number)
{
    // Linux: statx(2), whose record is laid out alike on every processor.
    private const int LinuxRecordBytes = 256;
    private const int LinuxNumberAt = 32;
    private const int LinuxDeviceAt = 136;
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint NumberWanted = 0x100;

    // macOS on ARM: struct stat.
    private const int MacRecordBytes = 144;
    private const int MacNumberAt = 8;

    // Windows: BY_HANDLE_FILE_INFORMATION.
    private const int WindowsRecordBytes = 52;
    private const int WindowsVolumeAt = 28;
    private const int WindowsNumberAt = 44;

    /// <returns>The identity of an open file; null where the system is not known here.</returns>
    public static FileIdentity? Of(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux())
        {
            var record = new byte[LinuxRecordBytes];
            return LinuxStatus(handle, "", EmptyPath, NumberWanted, record) == 0 ? FromLinux(record) : null;
        }

        if (OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            var record = new byte[MacRecordBytes];
            return MacHandleStatus(handle, record) == 0 ? FromMac(record) : null;
        }

        return OperatingSystem.IsWindows() ? FromWindows(handle) : null;
    }

    /// <returns>The identity of what lies at a path, of the link itself if it is one; null if nothing does or the system is not known here.</returns>
    public static FileIdentity? Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            var record = new byte[LinuxRecordBytes];
            return LinuxPathStatus(CurrentFolder, path, DoNotFollow, NumberWanted, record) == 0 ? FromLinux(record) : null;
        }

        if (OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            var record = new byte[MacRecordBytes];
            return MacPathStatus(path, record) == 0 ? FromMac(record) : null;
        }

        if (OperatingSystem.IsWindows() && File.Exists(path) && !PlainFolders.IsLink(path))
        {
            try
            {
                using var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
                return FromWindows(handle);
            }
            catch (IOException)
            {
                return null; // Held by somebody who shares nothing.
            }
        }

        return null;
    }

    private static FileIdentity FromLinux(ReadOnlySpan<byte> record) =>
        new(
            MemoryMarshal.Read<ulong>(record[LinuxDeviceAt..]), // Major and minor number, four bytes each.
            MemoryMarshal.Read<ulong>(record[LinuxNumberAt..])
        );

    private static FileIdentity FromMac(ReadOnlySpan<byte> record) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(record), BinaryPrimitives.ReadUInt64LittleEndian(record[MacNumberAt..]));

    private static FileIdentity? FromWindows(SafeFileHandle handle)
    {
        var record = new byte[WindowsRecordBytes];
        if (!WindowsStatus(handle, record))
        {
            return null;
        }

        ulong high = BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(WindowsNumberAt));
        var low = BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(WindowsNumberAt + sizeof(uint)));
        return new(BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(WindowsVolumeAt)), (high << 32) | low);
    }

    [DllImport("libc", EntryPoint = "statx"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinuxStatus(
        SafeFileHandle folder,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        [Out] byte[] record
    );

    [DllImport("libc", EntryPoint = "statx"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinuxPathStatus(
        int folder,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        [Out] byte[] record
    );

    [DllImport("libc", EntryPoint = "fstat"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MacHandleStatus(SafeFileHandle handle, [Out] byte[] record);

    [DllImport("libc", EntryPoint = "lstat"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MacPathStatus([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [Out] byte[] record);

    [DllImport("kernel32", EntryPoint = "GetFileInformationByHandle"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool WindowsStatus(SafeFileHandle handle, [Out] byte[] record);
}
