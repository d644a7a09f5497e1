namespace LoRAEnsembleHub.Hub;

/// <summary>Makes the folders that a file needs, and refuses to go through a link on the way.</summary>
/// <remarks>
/// Whoever replaces a folder of the cache by a link could have files written anywhere. The folder that the user named may itself be a link;
/// nothing below it may. Checked before every write, since it can change at any time.
/// </remarks>
internal static class PlainFolders
{
    /// <summary>Makes all folders between <paramref name="root"/> and a file.</summary>
    /// <param name="root">The user's folder; made if it is not there.</param>
    /// <param name="file">A path below it.</param>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: a folder on the way is a link or a file.</exception>
    public static void MakeFor(string root, string file)
    {
        Directory.CreateDirectory(root);
        foreach (var folder in Between(root, file))
        {
            Refuse(folder);
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (IOException exception)
            {
                throw new HubException(
                    HubErrorKind.LocalFile,
                    $"The folder {folder} cannot be made: {exception.Message}",
                    "If a file of that name is in the way, move it; the cache needs a folder there.",
                    exception
                );
            }
        }
    }

    /// <summary>Makes sure that no folder between <paramref name="root"/> and a file is a link; missing ones are left missing.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: a folder on the way is a link.</exception>
    public static void Check(string root, string file)
    {
        foreach (var folder in Between(root, file))
        {
            Refuse(folder);
        }
    }

    /// <returns>Whether something is there and is a link, junction or other stand-in for something else.</returns>
    public static bool IsLink(string path) => new FileInfo(path) is var info && (info.LinkTarget is not null || IsReparsePoint(info));

    private static void Refuse(string folder)
    {
        if (IsLink(folder))
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                $"The folder {folder} is a link; nothing is written through links inside a cache.",
                "Remove the link. To keep the cache elsewhere, link or name the cache's own folder instead."
            );
        }
    }

    private static bool IsReparsePoint(FileInfo info) =>
        info.Attributes is var found and not (FileAttributes)(-1) && found.HasFlag(FileAttributes.ReparsePoint);

    private static List<string> Between(string root, string file)
    {
        var folders = new List<string>();
        var stop = Path.TrimEndingDirectorySeparator(root).Length;
        for (var folder = Path.GetDirectoryName(file); folder is not null && folder.Length > stop; folder = Path.GetDirectoryName(folder))
        {
            folders.Insert(0, folder);
        }

        return folders;
    }
}
