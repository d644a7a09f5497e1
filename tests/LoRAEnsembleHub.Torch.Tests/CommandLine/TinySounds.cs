using LoRAEnsembleHub.Torch.Tests.Inputs;
using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>The small golden AST with a way to prepare sounds, a data set of low and high tones, and an ensemble trained on that.</summary>
public sealed class TinySounds : IAsyncLifetime
{
    private const int Rate = 16_000;
    private const int Samples = 10_000;
    private readonly ScratchFolder scratch = new();

    public string Folder => scratch.Path;

    public string Base => Path.Combine(scratch.Path, "tiny", "ast");

    public string Data => Path.Combine(scratch.Path, "tiny", "tones");

    public string Ensemble => Path.Combine(scratch.Path, "tiny", "ensemble");

    /// <summary>The arguments that trained <see cref="Ensemble"/>, without the random changes and the output.</summary>
    public string[] Training =>
        [
            .. "train --members 2 --rank 2 --warmup-steps 0 --batch-size 4 --steps 8 --learning-rate 0.02".Split(' '),
            "--base",
            Base,
            "--data",
            Data,
        ];

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Base);
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Golden.PathOf("models", "ast-v4", file), Path.Combine(Base, file));
        }

        await File.WriteAllTextAsync(
            Path.Combine(Base, "preprocessor_config.json"),
            """{"feature_extractor_type": "ASTFeatureExtractor", "num_mel_bins": 32, "max_length": 64, "mean": -8, "std": 4}"""
        );
        foreach (var (split, count) in new[] { ("train", 4), ("test", 3) })
        {
            foreach (var (hz, name) in new[] { (200, "low"), (3_000, "high") })
            {
                for (var index = 0; index < count; index++)
                {
                    Write(Path.Combine(Data, split, name, $"{index}.wav"), Sounds.Wav(Sounds.Sine(hz + (9 * index), Rate, Samples)));
                }
            }
        }

        (
            await Tool.RunAsync([.. Training, "--output", Ensemble, "--augment", "mel-mask:4,time-mask:8,time-shift:50,gain:3,noise:0.001"])
        ).Done();
    }

    public ValueTask DisposeAsync()
    {
        scratch.Dispose();
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
}
