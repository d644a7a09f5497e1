namespace LoRAEnsembleHub.Training;

/// <summary>Keeps a second run out of the folder that one run writes to; both would write the same checkpoint and members over each other.</summary>
/// <remarks>The operating system ends the claim with its process, so a killed run leaves nothing that must be cleared away.</remarks>
internal sealed class OutputClaim : IDisposable
{
    private readonly FileStream file;

    private OutputClaim(FileStream file) => this.file = file;

    /// <summary>Claims the folder of a run's checkpoint, which is made when absent.</summary>
    /// <exception cref="TrainingException">Another run has claimed it.</exception>
    public static OutputClaim Take(string checkpointFolder)
    {
        Directory.CreateDirectory(checkpointFolder);
        var path = Path.Combine(checkpointFolder, "lock");
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new TrainingException(
                $"Another run is training into {Path.GetDirectoryName(checkpointFolder)}; it holds {path}. Wait for it, stop it, or choose another output.",
                fault
            );
        }
    }

    /// <summary>Gives the folder free, and removes it if nothing else was written there.</summary>
    public void Dispose()
    {
        if (!file.CanRead)
        {
            return;
        }

        var folder = Path.GetDirectoryName(file.Name)!;
        file.Dispose();
        File.Delete(file.Name);
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
