using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LoRAEnsembleHub.Benchmarks.Subjects;

namespace LoRAEnsembleHub.Benchmarks.Memory;

/// <summary>Compares the memory of a base alone with that of the base and its members, each in a process of its own.</summary>
internal static class MemoryCommand
{
    private const double HighestRatio = 1.15;
    private const double HighestSwapMilliseconds = 5;

    public static Command Create()
    {
        var members = new Option<int>("--members") { DefaultValueFactory = _ => 16, Description = "Members of the ensemble" };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 1, Description = "Pictures per prediction" };
        var predictions = new Option<int>("--predictions")
        {
            DefaultValueFactory = _ => 100,
            Description = "Predictions; on two processors a ViT-B/16 with 16 members takes some seconds for each",
        };
        var folder = new Option<string>("--folder")
        {
            DefaultValueFactory = _ => Path.Combine("artifacts", "benchmarks"),
            Description = "Where the random base and members are kept (about 400 MB)",
        };
        var command = new Command("memory", "Resident memory, swap time and live tensors of a ViT-B/16 without and with members")
        {
            members,
            batch,
            predictions,
            folder,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed.GetValue(folder)!,
                    parsed.GetValue(members),
                    parsed.GetValue(batch),
                    parsed.GetValue(predictions),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(string folder, int members, int batch, int predictions, CancellationToken cancellationToken)
    {
        var baseFolder = Path.Combine(folder, "random", "vit-base-patch16-224");
        var ensemble = Path.Combine(folder, "random", $"vit-base-patch16-224-m{members}-r8");
        await RandomVit.WriteAsync(baseFolder, cancellationToken).ConfigureAwait(false);
        await RandomMembers.WriteAsync(ensemble, baseFolder, members, cancellationToken).ConfigureAwait(false);
        string[] counts = ["--batch", $"{batch}", "--predictions", $"{predictions}"];
        var alone = await ProbeAsync(["--base", baseFolder, .. counts], cancellationToken).ConfigureAwait(false);
        var together = await ProbeAsync(["--base", baseFolder, "--ensemble", ensemble, .. counts], cancellationToken).ConfigureAwait(false);
        return Report(alone, together, members, batch, predictions) ? 0 : 1;
    }

    private static async Task<ProbeReport> ProbeAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(MemoryCommand).Assembly.Location); // started as dotnet FILE.dll, not by its own name
        }

        start.ArgumentList.Add("probe");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<ProbeReport>(output)!
            : throw new InvalidOperationException($"The measured process ended with {process.ExitCode}; it says why above.");
    }

    private static bool Report(ProbeReport alone, ProbeReport together, int members, int batch, int predictions)
    {
        Say($"ViT-B/16, random weights, Float32; {members} members of rank 8; {predictions} predictions of {batch} pictures.");
        Say($"{"MiB", -34}{"base alone", 12}{$"with {members}", 12}{"ratio", 8}");
        Row("loaded, nothing computed yet", alone.Loaded.Now, together.Loaded.Now, together.AdapterBytes);
        var holds = Row("after 1 prediction", alone.AfterOne.Now, together.AfterOne.Now, together.AdapterBytes);
        holds &= Row($"after {predictions} predictions", alone.AfterAll.Now, together.AfterAll.Now, together.AdapterBytes);
        holds &= Row("highest until then", alone.AfterAll.Peak, together.AfterAll.Peak, together.AdapterBytes);
        Say(
            $"The members' own {Mebibytes(together.AdapterBytes)} MiB are taken off before the ratio is formed; once something was computed it may be {HighestRatio} at most."
        );
        Say($"prediction: {alone.PredictionMilliseconds:0} ms alone, {together.PredictionMilliseconds:0} ms with members (median)");
        Say(
            $"swap: {together.FirstSwapMilliseconds:0.000} ms the first, then {together.MedianSwapMilliseconds:0.000} ms (median; longest {together.LongestSwapMilliseconds:0.000} ms)"
        );
        Say(
            $"live tensors after {predictions} predictions: {together.TensorsAfterAll - together.TensorsAfterOne:+0;-0;0} against those after the first"
        );
        holds &= together.FirstSwapMilliseconds < HighestSwapMilliseconds && together.MedianSwapMilliseconds < HighestSwapMilliseconds;
        holds &= together.TensorsAfterAll == together.TensorsAfterOne && alone.TensorsAfterAll == alone.TensorsAfterOne;
        Say($"{(holds ? "All limits hold." : "A limit does not hold.")}");
        return holds;
    }

    private static bool Row(string name, long alone, long together, long adapters)
    {
        var ratio = (double)(together - adapters) / alone;
        Say($"{name, -34}{Mebibytes(alone), 12}{Mebibytes(together), 12}{ratio, 8:0.000}");
        return ratio <= HighestRatio;
    }

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);

    private static void Say(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
