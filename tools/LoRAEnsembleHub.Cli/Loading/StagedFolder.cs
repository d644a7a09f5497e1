namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>A folder that is written aside and becomes the one that was asked for when all of it is there; else nothing of it stays.</summary>
internal sealed class StagedFolder : IDisposable
{
    private readonly string target;

    /// <summary>Plans a folder; nothing is made yet.</summary>
    /// <param name="target">A folder that is not there, or is empty.</param>
    public StagedFolder(string target)
    {
        this.target = target;
        var name = $".{System.IO.Path.GetRandomFileName()}.part";
        Path = Directory.Exists(target)
            ? System.IO.Path.Combine(target, name)
            : System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target)) + name;
    }

    /// <summary>Where to write meanwhile.</summary>
    public string Path { get; }

    /// <summary>Where something that was written will lie.</summary>
    /// <param name="path">Its place meanwhile.</param>
    public string Final(string path) => path == Path ? target : System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(Path, path));

    /// <summary>Puts everything in its place.</summary>
    public void Commit()
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(Path, target);
            return;
        }

        foreach (var entry in Directory.GetFileSystemEntries(Path))
        {
            Directory.Move(entry, Final(entry)); // moves files too
        }
    }

    /// <summary>Takes away what was not put in its place.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
