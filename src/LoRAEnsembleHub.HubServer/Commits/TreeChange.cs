namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Makes the files after a commit from the files before.</summary>
internal static class TreeChange
{
    /// <summary>Deletes what is to be deleted, then puts what is to be put; of two contents for one name the later counts.</summary>
    /// <param name="before">The files before.</param>
    /// <param name="operations">The changes, with checked names.</param>
    /// <param name="mostFiles">How many files a repository may have.</param>
    /// <returns>The files after.</returns>
    /// <exception cref="RequestFault">404: what is to be deleted is not there; 413: too many files; 422: names clash.</exception>
    public static FileTree Apply(FileTree before, IReadOnlyList<CommitOperation> operations, int mostFiles)
    {
        var files = before.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var deletion in operations.Where(operation => operation is not CommitOperation.Put))
        {
            Delete(before, files, deletion);
        }

        foreach (var put in operations.OfType<CommitOperation.Put>())
        {
            files[put.Path] = put.File;
        }

        if (files.Count > mostFiles)
        {
            throw RequestFault.TooLarge($"The repository would have {files.Count} files; {mostFiles} is the most.");
        }

        if (operations.Any(operation => operation is CommitOperation.Put))
        {
            EnsureDistinct(files.Keys);
        }

        return new(files.Values);
    }

    private static void Delete(FileTree before, Dictionary<string, StoredFile> files, CommitOperation deletion)
    {
        if (deletion is CommitOperation.DeleteFile)
        {
            // A folder deleted in the same commit may have taken the file with it.
            if (!files.Remove(deletion.Path) && before.Find(deletion.Path) is null)
            {
                throw new RequestFault(404, $"A file with this name doesn't exist: {HubText.Shown(deletion.Path)}", "EntryNotFound");
            }

            return;
        }

        if (!before.Folders.ContainsKey(deletion.Path))
        {
            throw new RequestFault(404, $"A folder with this name doesn't exist: {HubText.Shown(deletion.Path)}", "EntryNotFound");
        }

        foreach (var path in files.Keys.Where(path => path.StartsWith(deletion.Path + "/", StringComparison.Ordinal)).ToList())
        {
            files.Remove(path);
        }
    }

    private static void EnsureDistinct(IEnumerable<string> paths)
    {
        try
        {
            RepoPath.CheckAll(paths);
        }
        catch (HubException clash)
        {
            throw RequestFault.Unprocessable(clash.Message);
        }
    }
}
