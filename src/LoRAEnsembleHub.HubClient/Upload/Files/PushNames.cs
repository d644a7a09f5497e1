namespace LoRAEnsembleHub.Hub;

/// <summary>Which names a push may give to files of a repository, and which it leaves alone.</summary>
internal static class PushNames
{
    /// <summary>What is never pushed and never complained of: git's own folder, and the notes that hub clients leave in folders.</summary>
    /// <remarks>The default ignores of huggingface_hub.</remarks>
    public static FilePatterns Defaults { get; } =
        new(
            exclude:
            [
                ".git",
                ".git/*",
                "*/.git",
                "**/.git/**",
                ".cache/huggingface",
                ".cache/huggingface/*",
                "*/.cache/huggingface",
                "**/.cache/huggingface/**",
            ]
        );

    /// <summary>Reads where in the repository to push to.</summary>
    /// <param name="path">A folder or file of the repository; empty, <c>.</c> and <c>/</c> mean its root.</param>
    /// <returns>The name without <c>/</c> at either end; empty for the root.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.UnsafeName"/>: it could not be a name in a repository.</exception>
    public static string Target(string path)
    {
        var name = path.StartsWith('/') ? path[1..] : path;
        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        name = name.EndsWith('/') ? name[..^1] : name;
        return name is "" or "." ? "" : Check(name);
    }

    /// <summary>Lets the name of a file pass, or refuses it.</summary>
    /// <returns>The same name.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.UnsafeName"/>: hubs refuse it, or some system could not store it.</exception>
    public static string Check(string path)
    {
        var complaint = RepoPath.Complaint(path);
        if (complaint is null && path.Split('/').FirstOrDefault(part => part is ".git" or ".cache") is { } reserved)
        {
            complaint = $"hubs do not take anything in a folder '{reserved}'";
        }

        return complaint is null
            ? path
            : throw new HubException(
                HubErrorKind.UnsafeName,
                $"'{HubText.Shown(path)}' cannot be pushed: {complaint}.",
                "Nothing was pushed. Rename the file or leave it out by a pattern."
            );
    }
}
