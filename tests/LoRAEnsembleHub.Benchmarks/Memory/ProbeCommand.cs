using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using LoRAEnsembleHub.Benchmarks.Subjects;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Memory;

/// <summary>The measurement of one process by itself, started by <see cref="MemoryCommand"/>.</summary>
internal static class ProbeCommand
{
    private const int Swaps = 200;

    public static Command Create()
    {
        var baseFolder = new Option<string>("--base") { Required = true, Description = "Folder of the base" };
        var ensemble = new Option<string?>("--ensemble") { Description = "Folder of the members; without it the base is measured alone" };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 1, Description = "Pictures per prediction" };
        var predictions = new Option<int>("--predictions") { DefaultValueFactory = _ => 100, Description = "Predictions" };
        var chunk = new Option<int?>("--member-chunk") { Description = "Members computed together; left out, the library chooses" };
        var route = new Option<ProductRoute>("--route") { Description = "How products with the base's weights are computed" };
        var command = new Command("probe", "Load, predict, and write this process's memory as JSON")
        {
            baseFolder,
            ensemble,
            batch,
            predictions,
            chunk,
            route,
        };
        command.SetAction(parsed =>
        {
            var report = Measure(
                parsed.GetRequiredValue(baseFolder),
                parsed.GetValue(ensemble),
                parsed.GetValue(batch),
                parsed.GetValue(predictions),
                new ForwardOptions { MemberChunk = parsed.GetValue(chunk) },
                parsed.GetValue(route)
            );
            Console.Out.WriteLine(JsonSerializer.Serialize(report));
        });
        return command;
    }

    private static ProbeReport Measure(
        string baseFolder,
        string? ensembleFolder,
        int batch,
        int predictions,
        ForwardOptions options,
        ProductRoute route
    )
    {
        using var model = PretrainedModels.Load(baseFolder, new ModelOptions { Route = route });
        using var ensemble = ensembleFolder is null ? null : AdapterEnsemble.Load(ensembleFolder, model);
        if (ensemble is not null)
        {
            model.Attach(ensemble.Members);
        }

        var loaded = ResidentMemory.Read();
        using var pixels = randn(batch, 3, RandomVit.Pixels, RandomVit.Pixels);
        var times = new List<double> { Predict(model, pixels, options) };
        var (afterOne, tensorsAfterOne) = (ResidentMemory.Read(), DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        for (var done = 1; done < predictions; done++)
        {
            times.Add(Predict(model, pixels, options));
        }

        var report = new ProbeReport
        {
            Loaded = loaded,
            AfterOne = afterOne,
            AfterAll = ResidentMemory.Read(),
            AdapterBytes = ensemble?.Members.Bytes ?? 0,
            TensorsAfterOne = tensorsAfterOne,
            TensorsAfterAll = DisposeScopeManager.Statistics.ThreadTotalLiveCount,
            PredictionMilliseconds = times.Order().ElementAt(times.Count / 2),
        };
        return ensembleFolder is null ? report : WithSwaps(report, model, ensembleFolder);
    }

    private static double Predict(PretrainedModel model, Tensor pixels, ForwardOptions options)
    {
        var clock = Stopwatch.StartNew();
        using var outputs = model.Forward(new Dictionary<string, Tensor> { ["pixel_values"] = pixels }, options);
        return clock.Elapsed.TotalMilliseconds;
    }

    private static ProbeReport WithSwaps(ProbeReport report, PretrainedModel model, string ensembleFolder)
    {
        using var other = AdapterEnsemble.Load(ensembleFolder, model);
        MemberSet next = other.Members;
        var times = new List<double>();
        for (var swap = 0; swap < Swaps; swap++)
        {
            var clock = Stopwatch.StartNew();
            next = model.Swap(next)!;
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        var others = times[1..].Order().ToArray();
        return report with
        {
            FirstSwapMilliseconds = times[0],
            MedianSwapMilliseconds = others[others.Length / 2],
            LongestSwapMilliseconds = others[^1],
        };
    }
}
