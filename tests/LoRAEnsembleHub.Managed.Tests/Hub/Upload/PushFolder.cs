using System.Text;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

/// <summary>A folder to be pushed, with folders in it.</summary>
internal sealed class PushFolder : IDisposable
{
    private readonly TemporaryFolder outer = new();

    public PushFolder(params (string Path, string Text)[] files)
    {
        Directory.CreateDirectory(FullPath);
        foreach (var (path, text) in files)
        {
            Put(path, Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>The folder. It lies in another one that is the test's own too.</summary>
    public string FullPath => outer.Locate("folder");

    /// <summary>A place beside the folder.</summary>
    public string Beside(string name) => outer.Locate(name);

    public string Locate(string path) => Path.Combine(FullPath, path.Replace('/', Path.DirectorySeparatorChar));

    public string Put(string path, byte[] bytes)
    {
        var place = Locate(path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllBytes(place, bytes);
        return place;
    }

    public void Link(string path, string target, bool toFolder = false)
    {
        if (toFolder)
        {
            Directory.CreateSymbolicLink(Locate(path), target);
        }
        else
        {
            File.CreateSymbolicLink(Locate(path), target);
        }
    }

    /// <summary>Bytes that look like no text and differ by seed.</summary>
    public static byte[] Noise(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void Dispose() => outer.Dispose();
}
