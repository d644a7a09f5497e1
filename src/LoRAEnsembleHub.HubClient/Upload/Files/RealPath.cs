namespace LoRAEnsembleHub.Hub;

/// <summary>Follows the symbolic links in a path, those of its folders too.</summary>
internal static class RealPath
{
    private const int MostLinks = 40; // As Linux: more means that links lead in a circle.

    /// <returns>The path without any link, or null where links lead in a circle.</returns>
    /// <param name="path">A file or folder; parts that do not exist stay as they are.</param>
    public static string? Of(string path)
    {
        var full = Path.GetFullPath(path);
        var current = Path.GetPathRoot(full)!;
        var pending = new Stack<string>(Parts(full[current.Length..]).Reverse());
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part is "." or "..")
            {
                current = part == "." ? current : Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Combine(current, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            var root = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : "";
            current = root.Length == 0 ? current : root;
            foreach (var inner in Parts(target[root.Length..]).Reverse())
            {
                pending.Push(inner);
            }
        }

        return current;
    }

    /// <returns>Whether a path without links is a folder or lies in it.</returns>
    public static bool IsWithin(string real, string realFolder) =>
        real == realFolder
        || real.StartsWith(
            Path.EndsInDirectorySeparator(realFolder) ? realFolder : realFolder + Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );

    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
}
