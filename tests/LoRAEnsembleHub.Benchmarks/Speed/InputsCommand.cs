using System.CommandLine;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Models;
using SkiaSharp;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>What it takes to bring pictures before the model: resizing rows, and preparing batches while the model computes.</summary>
internal static class InputsCommand
{
    private const int Pictures = 64;
    private const int Width = 1280;
    private const int Height = 960;
    private const int Batch = 8;

    public static Command Create()
    {
        var ensemble = new Option<string>("--ensemble")
        {
            DefaultValueFactory = _ => "adapters/lorae/vit-glyphs-small-lora-ensemble-fashion-mnist-m8-r8",
            Description = "The ensemble that predicts the pictures",
        };
        var baseFolder = new Option<string>("--base")
        {
            DefaultValueFactory = _ => "adapters/lorae/vit-glyphs-small",
            Description = "Its base",
        };
        var rounds = SpeedOptions.Number("--rounds", 7, "Timed runs of each; the median counts");
        var command = new Command(
            "inputs",
            "Time to resize pictures, and to predict files prepared ahead of the model or one batch after the other"
        )
        {
            ensemble,
            baseFolder,
            rounds,
        };
        command.SetAction(parsed => Run(parsed.GetValue(baseFolder)!, parsed.GetValue(ensemble)!, parsed.GetValue(rounds)));
        return command;
    }

    private static void Run(string baseFolder, string ensembleFolder, int rounds)
    {
        Rows(rounds);
        var folder = Directory.CreateTempSubdirectory("lorae-inputs-").FullName;
        try
        {
            string[] files = [.. Enumerable.Range(0, Pictures).Select(index => Draw(Path.Combine(folder, $"{index:00}.jpg"), index))];
            Ahead(baseFolder, ensembleFolder, files, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Rows(int rounds)
    {
        Rounds.Say($"Rows of {Width} pixels to 224, bicubic, {Height} of them; one thread.");
        var (weights, row, to) = (ResamplingWeights.Compute(Width, 224, PillowFilter.Bicubic), new byte[3 * Width], new byte[3 * 224]);
        new Random(1).NextBytes(row);
        void All(Action once)
        {
            for (var done = 0; done < Height; done++)
            {
                once();
            }
        }

        Subject[] subjects =
        [
            new("pixel by pixel", () => All(() => ResamplingPass.ScalarRow(row, to, weights))),
            new("four pixels at a time", () => All(() => ResamplingPass.VectorRow(row, to, weights))),
        ];
        Rounds.Print(subjects, rounds);
    }

    private static void Ahead(string baseFolder, string ensembleFolder, string[] files, int rounds)
    {
        using var model = PretrainedModels.Load(baseFolder);
        using var ensemble = AdapterEnsemble.Load(ensembleFolder, model);
        model.Attach(ensemble.Members);
        // opened anew each time: prepared pictures are kept
        LabeledExamples Open() =>
            InputPipelines.Load(ensembleFolder).FromItems([.. files.Select(file => new InputItem(file, null))], ensemble.Labels);
        Rounds.Say($"{Pictures} JPEG files of {Width} x {Height} through {Path.GetFileName(ensembleFolder)}, {Batch} at a time.");
        Subject[] subjects =
        [
            new("prepare and compute in turn", () => InTurn(model, Open())),
            new("prepare ahead of the model", () => Predictor.Predict(model, Open(), batchSize: Batch, withLabels: false)),
        ];
        Rounds.Print(subjects, rounds);
    }

    private static void InTurn(PretrainedModel model, LabeledExamples examples)
    {
        foreach (var indices in Enumerable.Range(0, examples.Count).Chunk(Batch))
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            model.Forward(examples.Batch(indices, null)).Dispose();
        }
    }

    private static string Draw(string path, int seed)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var noise = SKShader.CreatePerlinNoiseTurbulence(0.02f, 0.02f, 4, seed);
        using var paint = new SKPaint { Shader = noise };
        canvas.Clear(SKColors.White);
        canvas.DrawRect(0, 0, Width, Height, paint);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        File.WriteAllBytes(path, encoded.ToArray());
        return path;
    }
}
