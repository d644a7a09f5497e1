using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Torch.Tests.Methods;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;
using SkiaSharp;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>The small golden ViT with a way to prepare pictures, a data set for it, and an ensemble trained on that by the command line.</summary>
public sealed class TinyBase : IAsyncLifetime
{
    private const int Edge = 32;
    private readonly ScratchFolder scratch = new();

    public string Folder => scratch.Path;

    public string Base => Path.Combine(scratch.Path, "tiny", "base");

    public string Data => Path.Combine(scratch.Path, "tiny", "shades");

    public string Ensemble => Path.Combine(scratch.Path, "tiny", "ensemble");

    /// <summary>The arguments that trained <see cref="Ensemble"/>, without the output.</summary>
    public string[] Training =>
        ["train", "--base", Base, "--data", Data, "--members", "2", "--rank", "2", "--warmup-steps", "0", "--batch-size", "4"];

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Base);
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Golden.PathOf("models", "vit-v4", file), Path.Combine(Base, file));
        }

        await File.WriteAllTextAsync(
            Path.Combine(Base, "preprocessor_config.json"),
            $$"""{"image_processor_type": "ViTImageProcessor", "size": {"height": {{Edge}}, "width": {{Edge}} } }"""
        );
        foreach (var (split, count) in new[] { ("train", 4), ("test", 3) })
        {
            foreach (var (shade, name) in new[] { (40, "dark"), (215, "light") })
            {
                for (var index = 0; index < count; index++)
                {
                    WritePng(Path.Combine(Data, split, name, $"{index}.png"), (byte)(shade + (5 * index)));
                }
            }
        }

        (await Tool.RunAsync([.. Training, "--output", Ensemble, "--steps", "6", "--learning-rate", "0.01"])).Done();
    }

    public ValueTask DisposeAsync()
    {
        scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Trains a system of any method on the base and its pictures.</summary>
    /// <param name="method">Its name among <see cref="MethodCases"/>.</param>
    /// <param name="output">The folder to write.</param>
    /// <returns>That folder.</returns>
    public async Task<string> TrainAsync(string method, string output)
    {
        var config = new RunConfig
        {
            Base = Base,
            Data = Data,
            TestSplit = null,
            Output = output,
            Training = MethodCases.Options(method) with { BatchSize = 4 },
        };
        using var run = TrainingRun.Open(config);
        await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        return output;
    }

    /// <summary>What an ensemble says of the test pictures, prepared as its own folder asks for.</summary>
    public Predictions Predict(string folder, string? model, IReadOnlyList<int>? members = null)
    {
        using var ensemble = LoadedEnsemble.Load(folder, model, members: members);
        var examples = InputPipelines.Load(folder).Open(Data, "test", ensemble.Labels);
        return Predictor.Predict(ensemble.System.Model, examples, ensemble.Labels);
    }

    /// <summary>A picture of one grey and some noise.</summary>
    public static string WritePng(string path, byte shade, int width = 40, int height = 36)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            var value = (byte)Math.Clamp(shade + (pixel * 7 % 31) - 15, 0, 255);
            bitmap.SetPixel(pixel % width, pixel / width, new SKColor(value, shade, value));
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, encoded.ToArray());
        return path;
    }

    /// <summary>A copy of the ensemble that a test may damage.</summary>
    public string CopyOfEnsemble(string name)
    {
        var target = Path.Combine(Folder, name);
        foreach (var file in Directory.EnumerateFiles(Ensemble, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Ensemble, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }
}
