namespace LoRAEnsembleHub.Hub;

/// <summary>Finds the files that a push is about.</summary>
/// <remarks>
/// Patterns see the name relative to the pushed folder, as in huggingface_hub's <c>upload_folder</c>. A symbolic link stands for what it points
/// to, as long as that lies in the pushed folder itself: otherwise a link could send a file that nobody meant to publish.
/// </remarks>
internal sealed class LocalTree
{
    private readonly string root;
    private readonly string target;
    private readonly FilePatterns patterns;
    private readonly List<LocalFile> found = [];

    private LocalTree(string root, string target, FilePatterns patterns) =>
        (this.root, this.target, this.patterns) = (root, target, patterns);

    /// <param name="source">A folder, or one file.</param>
    /// <param name="pathInRepo">Where it goes: for a folder the folder, for a file its name; empty for the root or the file's own name.</param>
    /// <param name="patterns">Which files of a folder to push; a file named by itself is always pushed.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The files by name, in order.</returns>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.LocalFile"/>: the source is missing, or a link leads out of it. <see cref="HubErrorKind.UnsafeName"/>: a name
    /// cannot be in a repository, or two would clash on some system.
    /// </exception>
    public static IReadOnlyList<LocalFile> Find(
        string source,
        string pathInRepo,
        FilePatterns patterns,
        CancellationToken cancellationToken
    )
    {
        var target = PushNames.Target(pathInRepo);
        var real = RealPath.Of(source);
        if (File.Exists(real))
        {
            var name = target.Length == 0 ? PushNames.Check(Path.GetFileName(Path.GetFullPath(source))) : target;
            return
            [
                new()
                {
                    Path = name,
                    Source = real,
                    Stamp = FileStamp.Of(real),
                },
            ];
        }

        if (!Directory.Exists(real))
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                $"There is no file or folder '{HubText.Shown(source)}' to push.",
                "Name an existing file or folder."
            );
        }

        var tree = new LocalTree(real, target, patterns);
        tree.Walk(real, "", [real], cancellationToken);
        tree.found.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        RepoPath.CheckAll(tree.found.Select(file => file.Path));
        return tree.found;
    }

    // The chain holds the real folders from the root to this one, so that a link to one of them is not followed for ever.
    private void Walk(string folder, string name, IReadOnlyList<string> chain, CancellationToken cancellationToken)
    {
        foreach (var entry in Entries(folder, name))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var inner = name.Length == 0 ? entry.Name : $"{name}/{entry.Name}";
            if (!PushNames.Defaults.Allows(inner))
            {
                continue;
            }

            if (entry.LinkTarget is not null)
            {
                Follow(entry, inner, chain, cancellationToken);
            }
            else if (entry is DirectoryInfo)
            {
                Walk(entry.FullName, inner, [.. chain, entry.FullName], cancellationToken);
            }
            else if (patterns.Allows(inner))
            {
                Add(inner, entry.FullName);
            }
        }
    }

    private static FileSystemInfo[] Entries(string folder, string name)
    {
        try
        {
            return new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                $"The folder '{HubText.Shown(name.Length == 0 ? folder : name)}' cannot be read: {cause.Message}",
                "Nothing was pushed. Make the folder readable, or push another one.",
                cause
            );
        }
    }

    private void Follow(FileSystemInfo link, string name, IReadOnlyList<string> chain, CancellationToken cancellationToken)
    {
        var real = RealPath.Of(link.FullName);
        if (Directory.Exists(real))
        {
            if (chain.Contains(real))
            {
                throw Refusal(name, "leads back to a folder that it lies in");
            }

            EnsureInside(real, name);
            Walk(real, name, [.. chain, real], cancellationToken);
        }
        else if (patterns.Allows(name))
        {
            if (!File.Exists(real))
            {
                throw Refusal(name, "leads nowhere");
            }

            EnsureInside(real, name);
            Add(name, real);
        }
    }

    private void EnsureInside(string real, string name)
    {
        if (!RealPath.IsWithin(real, root))
        {
            throw Refusal(name, "leads out of the pushed folder");
        }

        if (!PushNames.Defaults.Allows(Path.GetRelativePath(root, real)))
        {
            throw Refusal(name, "leads into a folder that is never pushed");
        }
    }

    private void Add(string name, string real) =>
        found.Add(
            new()
            {
                Path = PushNames.Check(target.Length == 0 ? name : $"{target}/{name}"),
                Source = real,
                Stamp = FileStamp.Of(real),
            }
        );

    private static HubException Refusal(string name, string problem) =>
        new(
            HubErrorKind.LocalFile,
            $"The link '{HubText.Shown(name)}' {problem}.",
            "Nothing was pushed. Put the file itself in the folder, or leave the link out by a pattern."
        );
}
