namespace LoRAEnsembleHub.Hub;

/// <summary>Asks whether files fit before the first of them is fetched.</summary>
internal static class DiskSpace
{
    /// <returns>How many bytes may still be written at a path that may not exist yet; null if the system does not say.</returns>
    public static long? FreeAt(string path)
    {
        try
        {
            var folder = new DirectoryInfo(Path.GetFullPath(path));
            while (!folder.Exists && folder.Parent is { } parent)
            {
                folder = parent;
            }

            return new DriveInfo(folder.FullName).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // A share without a drive, for one. Writing will tell.
        }
    }

    /// <exception cref="HubException"><see cref="HubErrorKind.DiskFull"/>: the bytes do not fit.</exception>
    public static void Check(string folder, long needed, long? free)
    {
        if (needed > free)
        {
            throw new HubException(
                HubErrorKind.DiskFull,
                $"{needed} bytes are to be fetched into {folder}, where {free} are free.",
                "Nothing was fetched. Free some space, use another folder, choose fewer files, or skip the check if the number is wrong."
            );
        }
    }

    /// <returns>Whether writing failed because the disk is full.</returns>
    public static bool IsFull(IOException exception) => exception.HResult is 28 or unchecked((int)0x80070070) or unchecked((int)0x80070027);
}
