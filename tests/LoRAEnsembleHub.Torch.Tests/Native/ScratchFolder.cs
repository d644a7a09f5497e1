namespace LoRAEnsembleHub.Torch.Tests.Native;

/// <summary>A new folder that goes when the test ends.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lorae-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
