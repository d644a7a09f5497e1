namespace LoRAEnsembleHub.Managed.Tests;

/// <summary>A folder of a test's own, gone when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lora-ensemble-hub-");

    public string FullPath => folder.FullName;

    public string Locate(string name) => Path.Combine(FullPath, name);

    /// <summary>Writes a file into the folder and returns its path.</summary>
    public string Put(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Locate(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>The names of all files in the folder, in order.</summary>
    public string[] Names() => [.. Directory.GetFiles(FullPath).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public void Dispose() => folder.Delete(recursive: true);
}
