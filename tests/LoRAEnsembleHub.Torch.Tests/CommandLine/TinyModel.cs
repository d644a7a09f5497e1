using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>A small golden base with a way to prepare inputs, a data set for it, and an ensemble trained on that by the command line.</summary>
/// <param name="golden">The golden model.</param>
public abstract class TinyModel(string golden) : IAsyncLifetime
{
    private readonly ScratchFolder scratch = new();

    public string Folder => scratch.Path;

    public string Base => Path.Combine(scratch.Path, "tiny", "base");

    public string Ensemble => Path.Combine(scratch.Path, "tiny", "ensemble");

    /// <summary>The data set.</summary>
    public abstract string Data { get; }

    /// <summary>The arguments that trained <see cref="Ensemble"/>, without those that <see cref="PrepareAsync"/> adds and the output.</summary>
    public abstract string[] Training { get; }

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Base);
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Golden.PathOf("models", golden, file), Path.Combine(Base, file));
        }

        (await Tool.RunAsync([.. Training, .. await PrepareAsync(), "--output", Ensemble])).Done();
    }

    public ValueTask DisposeAsync()
    {
        scratch.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A file in <see cref="Folder"/>.</summary>
    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Writes into <see cref="Base"/> how inputs are prepared, and <see cref="Data"/>.</summary>
    /// <returns>More arguments for the training.</returns>
    protected abstract Task<string[]> PrepareAsync();
}
