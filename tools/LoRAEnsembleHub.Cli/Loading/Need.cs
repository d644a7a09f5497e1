namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Checks that what the command line names is there, before anything is loaded.</summary>
internal static class Need
{
    public static void Folder(string path, string option)
    {
        if (!Directory.Exists(path))
        {
            throw CommandException.NotFound(
                System.IO.File.Exists(path) ? $"{option} needs a folder; {path} is a file." : $"There is no folder {path} ({option}).",
                $"Paths are taken from the current folder, {Environment.CurrentDirectory}."
            );
        }
    }

    public static void FileOrFolder(string path, string option)
    {
        if (!System.IO.File.Exists(path) && !Directory.Exists(path))
        {
            throw CommandException.NotFound(
                $"There is no file or folder {path} ({option}).",
                $"Paths are taken from the current folder, {Environment.CurrentDirectory}."
            );
        }
    }

    public static void File(string path, string option)
    {
        if (!System.IO.File.Exists(path))
        {
            throw CommandException.NotFound(
                Directory.Exists(path) ? $"{option} needs a file; {path} is a folder." : $"There is no file {path} ({option}).",
                $"Paths are taken from the current folder, {Environment.CurrentDirectory}."
            );
        }
    }

    /// <summary>Checks that a file can lie where it is to be written, before the work whose result it is.</summary>
    public static void PlaceForFile(string path, string option)
    {
        if (Directory.Exists(path))
        {
            throw CommandException.Usage($"{option} is {path}, which is a folder; name the file to write.");
        }

        PlaceForFolder(Path.GetDirectoryName(Path.GetFullPath(path)), option);
    }

    /// <summary>Checks that the file to be written is none of those that are read; they would be lost.</summary>
    public static void OtherThan(string path, string option, params IEnumerable<string> inputs)
    {
        if (inputs.FirstOrDefault(input => Path.GetFullPath(input) == Path.GetFullPath(path)) is not null)
        {
            throw CommandException.Usage($"{option} is {path}, which is also read and would be lost; name another file.");
        }
    }

    /// <summary>Checks that a folder is there or can be made, before the work whose results go into it.</summary>
    public static void PlaceForFolder(string? path, string option)
    {
        for (; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(Path.GetFullPath(path)))
        {
            if (System.IO.File.Exists(path))
            {
                throw CommandException.Usage($"{option} needs the folder {path}, which is a file; name another place.");
            }
        }
    }

    /// <summary>Checks that a folder is new or empty, so that nothing in it can be lost.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="option">The option that names it.</param>
    /// <param name="advice">What to do instead, without a full stop.</param>
    public static void EmptyFolder(string path, string option, string advice)
    {
        PlaceForFolder(path, option);
        if (new FileInfo(path).LinkTarget is { } target && !Directory.Exists(path))
        {
            throw CommandException.Usage($"{option} is {path}, a link to {target}, which is not there; {advice}.");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw CommandException.Usage($"{option} is {path}, which is not empty; {advice}.");
        }
    }

    /// <summary>Makes the folder that a file is to be written to.</summary>
    public static void FolderFor(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }
    }
}
