using LoRAEnsembleHub.Torch.Tests.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Low and high tones for the small golden AST.</summary>
public sealed class TinySounds() : TinyModel("ast-v4")
{
    private const int Rate = 16_000;
    private const int Samples = 10_000;

    public override string Data => Path.Combine(Folder, "tiny", "tones");

    public override string[] Training =>
        [
            .. "train --members 2 --rank 2 --warmup-steps 0 --batch-size 4 --steps 8 --learning-rate 0.02".Split(' '),
            "--base",
            Base,
            "--data",
            Data,
        ];

    protected override async Task<string[]> PrepareAsync()
    {
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

        return ["--augment", "mel-mask:4,time-mask:8,time-shift:50,gain:3,noise:0.001"];
    }
}
