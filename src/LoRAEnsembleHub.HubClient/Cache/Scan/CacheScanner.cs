namespace LoRAEnsembleHub.Hub;

/// <summary>Reads a whole cache, with what is broken left out and named.</summary>
/// <remarks>The rules and their order are those of huggingface_hub's <c>scan_cache_dir</c>; so are the words of the warnings.</remarks>
internal static class CacheScanner
{
    /// <summary>What file managers and the cache itself leave where repositories and snapshots lie.</summary>
    public static readonly string[] Ignored =
    [
        CacheLayout.LocksFolderName,
        CacheLayout.TagFileName,
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
    ];

    private static readonly string[] Types = [.. Enum.GetValues<RepoType>().Select(type => type.Plural()).Order(StringComparer.Ordinal)];

    /// <summary>Reads the cache.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: there is no such folder.</exception>
    public static CacheScan Scan(CacheLayout layout, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Root))
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                File.Exists(layout.Root) ? $"The cache {layout.Root} is a file." : $"There is no cache at {layout.Root}.",
                "Pull something first, or name the folder of another cache."
            );
        }

        var repos = new List<CachedRepo>();
        var warnings = new List<CacheWarning>();
        foreach (var entry in FolderWalk.Entries(layout.Root).Where(entry => !Ignored.Contains(entry.Name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                repos.Add(RepoScanner.Scan(entry.FullName, Identify(entry)));
            }
            catch (CorruptRepoException exception)
            {
                warnings.Add(
                    new()
                    {
                        Path = entry.FullName,
                        Problem = exception.Message,
                        Hint = exception.Hint,
                    }
                );
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                warnings.Add(
                    new()
                    {
                        Path = entry.FullName,
                        Problem = $"Cannot be read: {exception.Message}",
                        Hint = "Another process may be changing it, or it belongs to another user.",
                    }
                );
            }
        }

        return new()
        {
            Folder = layout.Root,
            Repos = repos,
            Warnings = warnings,
        };
    }

    /// <returns>The repository whose folder has that name; null if it is none's.</returns>
    public static RepoId? IdOf(string folderName)
    {
        var parts = folderName.Split("--", 2);
        return
            parts.Length == 2
            && RepoTypes.TryParse(parts[0], out var type)
            && parts[0] == type.Plural()
            && RepoId.TryParse(parts[1].Replace("--", "/", StringComparison.Ordinal), type, out var id)
            ? id
            : null;
    }

    private static RepoId Identify(FileSystemInfo entry)
    {
        const string NotOurs = "Move it elsewhere; only tools that share this cache should write here.";
        if (!Directory.Exists(entry.FullName))
        {
            throw new CorruptRepoException($"Repo path is not a directory: {entry.FullName}", NotOurs);
        }

        if (!entry.Name.Contains("--", StringComparison.Ordinal))
        {
            throw new CorruptRepoException($"Repo path is not a valid HuggingFace cache directory: {entry.FullName}", NotOurs);
        }

        var type = entry.Name.Split("--", 2)[0];
        if (!Types.Contains(type))
        {
            var known = string.Join(", ", Types.Select(name => $"'{name}'"));
            throw new CorruptRepoException($"Repo type must be one of [{known}], found `{type}` ({entry.FullName}).", NotOurs);
        }

        return IdOf(entry.Name)
            ?? throw new CorruptRepoException($"The name of the folder stands for no repository id: {entry.FullName}", NotOurs);
    }
}
