using System.CommandLine;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Benchmarks.Subjects;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>How the time of a prediction grows with members, batch, rank, picture size and adapted blocks.</summary>
internal static class CurvesCommand
{
    private const int Layers = 12;

    public static Command Create()
    {
        var command = new Command("curves", "Time of a prediction over members, batch, rank, picture size and adapted blocks");
        var options = new SpeedOptions(command, usualMembers: 4, usualBatch: 1);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var baseFolder = options.BaseFolder(parsed);
                await RandomVit.WriteAsync(baseFolder, cancellationToken).ConfigureAwait(false);
                Run(baseFolder, options.Members(parsed), options.Batch(parsed), options.Rounds(parsed));
            }
        );
        return command;
    }

    private static void Run(string baseFolder, int members, int batch, int rounds)
    {
        using var model = PretrainedModels.Load(baseFolder);
        var usual = new Point(members, batch, Rank: 8, RandomVit.Pixels, Layers);
        Rounds.Say($"ViT-B/16, {get_num_threads()} threads, median of {rounds}; what a curve does not change is {usual}.");
        Curve(model, "members", [1, 2, 4, 8, 16], count => usual with { Members = count }, rounds);
        Curve(model, "batch", [1, 2, 4, 8], size => usual with { Batch = size }, rounds);
        Curve(model, "rank", [1, 8, 16, 64], rank => usual with { Rank = rank }, rounds);
        Curve(model, "picture size", [112, 160, 224, 320], pixels => usual with { Pixels = pixels }, rounds);
        Curve(model, "adapted blocks at the end", [1, 3, 6, 12], blocks => usual with { Blocks = blocks }, rounds);
    }

    private static void Curve(PretrainedModel model, string name, int[] values, Func<int, Point> at, int rounds)
    {
        Rounds.Say($"{name}");
        var runs = values.Select(value => Prediction.Of(model, at(value))).ToArray();
        Rounds.Print([.. values.Zip(runs).Select(pair => new Subject($"  {pair.First}", pair.Second.Run))], rounds);
        foreach (var run in runs)
        {
            run.Dispose();
        }
    }

    private sealed record Point(int Members, int Batch, int Rank, int Pixels, int Blocks)
    {
        public override string ToString() => $"{Members} members of rank {Rank} in {Blocks} blocks, {Batch} pictures of {Pixels} pixels";
    }

    /// <summary>One point of a curve, ready to be timed; swapping members costs next to nothing.</summary>
    private sealed record Prediction(PretrainedModel Model, AdapterSet Set, Tensor Pixels) : IDisposable
    {
        private static readonly ForwardOptions options = new() { InterpolatePositions = true };

        public static Prediction Of(PretrainedModel model, Point point)
        {
            var settings = new TrainingOptions
            {
                Members = point.Members,
                Rank = point.Rank,
                Layers = [.. Enumerable.Range(Layers - point.Blocks, point.Blocks)],
            };
            using var trainer = new Trainer(model, settings, new RandomPictures(1));
            return new Prediction(model, trainer.ToAdapterSet("members"), randn(point.Batch, 3, point.Pixels, point.Pixels));
        }

        public void Run()
        {
            Model.Swap(Set);
            Model.Forward(new Dictionary<string, Tensor> { ["pixel_values"] = Pixels }, options).Dispose();
        }

        public void Dispose()
        {
            Model.Detach();
            Set.Dispose();
            Pixels.Dispose();
        }
    }
}
