using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Decides whether the name of a file in a repository may become a path here, on any system.</summary>
/// <remarks>
/// Names come from servers and from clients. The rule is the same everywhere, because caches and folders are shared between systems:
/// a name that Windows would take for a device, another stream or another folder is refused on Linux too.
/// </remarks>
public static class RepoPath
{
    private const int LongestPathBytes = 4096;
    private const int LongestSegmentBytes = 255;

    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. Numbered("COM"), .. Numbered("LPT")],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Lets a file name pass, or refuses it.</summary>
    /// <param name="path">The name as in the repository, with <c>/</c> between folders.</param>
    /// <returns>The same name.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.UnsafeName"/>: the name could leave its folder or hit something else.</exception>
    public static string Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var complaint = Complaint(path);
        if (complaint is null && OperatingSystem.IsWindows() && !IsPortable(path))
        {
            complaint = "Windows does not allow one of < > \" | ? * in a name";
        }

        return complaint is null
            ? path
            : throw new HubException(
                HubErrorKind.UnsafeName,
                $"The file name '{HubText.Shown(path)}' is refused: {complaint}.",
                "Nothing was written for it. Ask the owner of the repository to rename the file, or leave it out by a pattern."
            );
    }

    /// <summary>Lets the names of one snapshot pass together, or refuses them.</summary>
    /// <param name="paths">All names.</param>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.UnsafeName"/>: a name is unsafe, or two would be the same file, or a file and a folder at once, where case or the
    /// form of Unicode does not count.
    /// </exception>
    public static void CheckAll(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var folded = NameFolding.Fold(Check(path));
            if (!files.TryAdd(folded, path))
            {
                throw Clash(path, files[folded]);
            }
        }

        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (folded, path) in files)
        {
            for (var slash = folded.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = folded.IndexOf('/', slash + 1))
            {
                var folder = folded[..slash];
                if (files.TryGetValue(folder, out var file))
                {
                    throw Clash(path, file);
                }

                // Folding may change a name's length, so the spelled folder is found by its number of parts.
                var parts = folder.Count(letter => letter == '/') + 1;
                var spelled = string.Join('/', path.Split('/').Take(parts));
                if (!folders.TryAdd(folder, spelled) && folders[folder] != spelled)
                {
                    throw Clash(path, folders[folder] + "/…");
                }
            }
        }
    }

    /// <summary>Whether Windows could hold a file of that name too.</summary>
    /// <param name="path">A name that passed <see cref="Check"/> on a system other than Windows.</param>
    /// <returns>False if it holds one of <c>&lt; &gt; " | ? *</c>.</returns>
    public static bool IsPortable(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return !path.AsSpan().ContainsAny(NameCharacters.WindowsForbidden);
    }

    /// <returns>What is wrong with the name on every system, or null.</returns>
    internal static string? Complaint(string path)
    {
        if (path.Length == 0)
        {
            return "it is empty";
        }

        if (!IsWellFormed(path))
        {
            return "it is not valid Unicode";
        }

        if (Encoding.UTF8.GetByteCount(path) > LongestPathBytes)
        {
            return $"it is longer than {LongestPathBytes} bytes";
        }

        if (path.AsSpan().ContainsAny('\\', ':'))
        {
            return "it has a '\\' or ':', which Windows takes for a folder, a drive or a stream";
        }

        return path.Split('/').Select(SegmentComplaint).FirstOrDefault(complaint => complaint is not null);
    }

    private static string? SegmentComplaint(string segment)
    {
        if (segment is "" or "." or "..")
        {
            return segment.Length == 0 ? "it begins or ends with '/' or has two together" : $"it has the part '{segment}'";
        }

        if (segment.Any(letter => letter < ' ' || letter == '\u007f'))
        {
            return "it has a control character";
        }

        if (segment[^1] is '.' or ' ')
        {
            return "a part ends with a dot or a space, which Windows drops";
        }

        if (Encoding.UTF8.GetByteCount(segment) > LongestSegmentBytes)
        {
            return $"a part is longer than {LongestSegmentBytes} bytes";
        }

        var stem = segment.Split('.')[0].TrimEnd(' ');
        return Devices.Contains(stem) ? $"Windows takes '{stem}' for a device" : null;
    }

    private static HubException Clash(string one, string other) =>
        new(
            HubErrorKind.UnsafeName,
            $"'{HubText.Shown(one)}' and '{HubText.Shown(other)}' would be the same file or folder on systems that do not tell case or forms of Unicode apart.",
            "Nothing was written. Leave one of them out by a pattern, or ask the owner of the repository to rename it."
        );

    private static bool IsWellFormed(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]))
            {
                if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                {
                    return false;
                }

                at++;
            }
        }

        return true;
    }

    // The superscript digits count as digits for Windows.
    private static IEnumerable<string> Numbered(string device) => "123456789\u00b9\u00b2\u00b3".Select(digit => device + digit);
}
