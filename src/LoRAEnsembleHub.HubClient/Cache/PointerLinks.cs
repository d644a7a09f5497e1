using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Hub;

/// <summary>Makes the files of a snapshot point to blobs: by symbolic link, else by hard link, else by copy.</summary>
/// <remarks>
/// Each is made under a temporary name and renamed, so that no reader sees a gap. What failed in a repository's folder is not tried there
/// again, since every failure costs time and none of them passes.
/// </remarks>
internal sealed class PointerLinks
{
    private readonly ConcurrentDictionary<string, PointerKind> known = new(StringComparer.Ordinal);
    private readonly PointerKind first;
    private readonly Action<string, string> linkSymbolically;
    private readonly Action<string, string> linkHard;

    /// <param name="first">The first kind to try.</param>
    /// <param name="linkSymbolically">Makes a symbolic link at the first path to the second; null for the system's own.</param>
    /// <param name="linkHard">Makes the first path a second name of the second; null for the system's own.</param>
    public PointerLinks(PointerKind first, Action<string, string>? linkSymbolically = null, Action<string, string>? linkHard = null)
    {
        this.first = first;
        this.linkSymbolically = linkSymbolically ?? ((path, target) => File.CreateSymbolicLink(path, target));
        this.linkHard = linkHard ?? HardLink;
    }

    /// <summary>Makes a pointer; one that is right already is left alone.</summary>
    /// <param name="repoFolder">The folder of the repository, by which the kind that works is remembered.</param>
    /// <param name="pointer">Where; its folder is there.</param>
    /// <param name="blob">What it points to.</param>
    public void Make(string repoFolder, string pointer, string blob)
    {
        var target = Path.GetRelativePath(Path.GetDirectoryName(pointer)!, blob);
        if (IsRight(pointer, target, blob))
        {
            return;
        }

        var kind = known.GetValueOrDefault(repoFolder, first);
        while (!TryMake(kind, pointer, target, blob))
        {
            kind++;
            known[repoFolder] = kind;
        }
    }

    private static bool IsRight(string pointer, string target, string blob)
    {
        var info = new FileInfo(pointer);
        return info.LinkTarget is { } found
            ? found == target
            : info.Exists && FileIdentity.Of(pointer) is { } one && one == FileIdentity.Of(blob);
    }

    private bool TryMake(PointerKind kind, string pointer, string target, string blob)
    {
        var temporary = UniqueName.Beside(pointer, ".tmp");
        try
        {
            switch (kind)
            {
                case PointerKind.SymbolicLink:
                    linkSymbolically(temporary, target);
                    break;
                case PointerKind.HardLink:
                    linkHard(temporary, blob);
                    break;
                default:
                    File.Copy(blob, temporary);
                    break;
            }

            File.Move(temporary, pointer, overwrite: true);
            return true;
        }
        catch (Exception exception)
            when (kind != PointerKind.Copy && exception is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return false; // Windows without the privilege, FAT, some network drives; a real fault shows again with the copy.
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void HardLink(string path, string existing)
    {
        var made = OperatingSystem.IsWindows() ? WindowsLink(path, existing, 0) : UnixLink(existing, path) == 0;
        if (!made)
        {
            throw new IOException($"The system makes no hard link at {path} (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UnixLink(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string existing,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path
    );

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool WindowsLink(
        [MarshalAs(UnmanagedType.LPWStr)] string path,
        [MarshalAs(UnmanagedType.LPWStr)] string existing,
        nint security
    );
}
