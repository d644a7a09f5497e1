using System.Globalization;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Every method from training to raw tensors by the verbs, for pictures.</summary>
public sealed class MethodVerbTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    [Theory]
    [InlineData("single-lora", "single-lora", 1, "")]
    [InlineData("lora-ensemble", "lora-ensemble", 3, "--sharing a --member-dropout 0.3 --targets feed-forward-in,feed-forward-out")]
    [InlineData("head-only", "lora-ensemble", 3, "")]
    [InlineData("explicit-ensemble", "explicit-ensemble", 3, "--noise-scale 0.1 --noise-layers 1")]
    [InlineData("mc-dropout", "mc-dropout", 3, "--drop-probability 0.3")]
    [InlineData("mc-dropout", "mc-dropout", 3, "--as-released")]
    [InlineData("snapshot-ensemble", "snapshot-ensemble", 3, "--burn-in-epochs 1")]
    [InlineData("batch-ensemble", "batch-ensemble", 3, "--scale-deviation 0.2")]
    [InlineData("batch-ensemble", "batch-ensemble", 3, "--train-shared --scale-start random-signs")]
    public async Task It_trains_predicts_evaluates_and_is_told_of(string method, string written, int members, string options)
    {
        var folder = Path.Combine(tiny.Folder, "tiny", Path.GetRandomFileName());
        string[] arguments =
        [
            .. $"train --method {method} --epochs 3 --warmup-steps 0 --batch-size 4 --learning-rate 0.002 --json {options}".Split(
                ' ',
                StringSplitOptions.RemoveEmptyEntries
            ),
            .. members == 1 ? Array.Empty<string>() : ["--members", $"{members}"],
            "--base",
            tiny.Base,
            "--data",
            tiny.Data,
            "--output",
            folder,
        ];
        var trained = (await Tool.RunAsync(arguments)).Done().Json();
        Assert.Equal((written, members), ((string)trained["method"]!, (int)trained["members"]!));

        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "lora_ensemble.json"), Token))!;
        Assert.Equal(written, (string)manifest["method"]!);
        Assert.Equal(method, (string)manifest["training"]!["settings"]!["method"]!);
        Assert.Equal(method == "head-only" ? method : null, (string?)manifest["training"]!["variant"]);

        var bringsAll =
            written is "explicit-ensemble" or "mc-dropout" or "snapshot-ensemble" || options.Contains("shared", StringComparison.Ordinal);
        string[] model = bringsAll && method != "lora-ensemble" ? ["--ensemble", folder] : ["--base", tiny.Base, "--ensemble", folder];
        var predicted = (await Tool.RunAsync(["predict", .. model, "--data", tiny.Data, "--members", "--json"])).Done().Json();
        Assert.Equal(members, (int)predicted["members"]!);
        Assert.Equal(members, predicted["predictions"]![0]!["member_predictions"]!.AsArray().Count);

        var evaluated = (await Tool.RunAsync(["evaluate", .. model, "--data", tiny.Data, "--json"])).Done().Json();
        var measured = trained["metrics"]!
            .AsArray()
            .Single(metric => (string)metric!["name"]! == "nll" && (string)metric["aggregation"]! == "mean_probability");
        Assert.Equal((double)measured!["value"]!, (double)evaluated["summary"]!["mean_probability"]!["nll"]!, 1e-5);

        var logits = await LogitsAsync(model);
        Assert.Equal([members, 2, 2], logits.shape);
        Assert.True(method != "mc-dropout" || logits.equal(await LogitsAsync(model)).all().item<bool>(), "passes do not repeat");

        var inspected = (await Tool.RunAsync("inspect", folder, "--json")).Done().Json();
        Assert.True((bool)inspected["hashes_match"]!);
        Assert.Empty(inspected["problems"]!.AsArray());
        Assert.Equal((long)trained["parameters"]!, (long)inspected["parameters"]! - Untrained(inspected, manifest, options));
        Assert.Equal((long)trained["parameters"]!, (long)inspected["learned_parameters"]!);
        var card = await File.ReadAllTextAsync(Path.Combine(folder, "README.md"), Token);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $" {(long)trained["parameters"]!:N0} trained parameters in all"),
            card,
            StringComparison.Ordinal
        );
        Assert.Equal(
            options.Contains("sharing a", StringComparison.Ordinal),
            card.Contains("whose factor A is the same", StringComparison.Ordinal)
        );
        Assert.Contains(
            bringsAll && method != "lora-ensemble" ? "hub predict --ensemble" : "hub predict --base BASE",
            card,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_base_that_is_not_needed_is_not_read()
    {
        var folder = Path.Combine(tiny.Folder, "tiny", "unneeded");
        (
            await Tool.RunAsync([
                .. tiny.Training[..5],
                "--method",
                "explicit-ensemble",
                "--members",
                "1",
                "--steps",
                "1",
                "--output",
                folder,
            ])
        ).Done();
        var run = (await Tool.RunAsync("predict", "--base", "nowhere", "--ensemble", folder, "--data", tiny.Data, "--limit", "1")).Done();
        Assert.Contains("--base is not used", run.Errors, StringComparison.Ordinal);
        using var loaded = LoadedEnsemble.Load(folder, "nowhere");
        var answer = loaded.Predict([InputItem.OfFile(Path.Combine(tiny.Data, "test", "dark", "0.png"))], cancellationToken: Token)[0];
        Assert.Single(answer.MemberLabels);
        loaded.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
            loaded.PredictExamples(loaded.Pipeline.Open(tiny.Data, "test"), cancellationToken: Token)
        );
    }

    [Theory]
    [InlineData("joint")]
    [InlineData("member")]
    public async Task A_temperature_fitted_on_held_out_examples_is_written_and_applied(string scope)
    {
        // the labels of the test split say the opposite of what was learned now and then, so that a temperature is determined
        var rows = "train held test"
            .Split(' ')
            .SelectMany(split =>
                Enumerable
                    .Range(0, 8)
                    .Select(index =>
                    {
                        var shade = index % 2 == 0 ? "dark" : "light";
                        var label = split != "train" && index is 0 or 5 ? (shade == "dark" ? "light" : "dark") : shade;
                        return $"shades/{(index < 6 ? $"test/{shade}/{index / 2}" : $"train/{shade}/3")}.png,{label},{split}";
                    })
            );
        var data = Path.Combine(Path.GetDirectoryName(tiny.Data)!, $"noisy-{scope}.csv");
        await File.WriteAllLinesAsync(data, ["path,label,split", .. rows], Token);
        var folder = Path.Combine(tiny.Folder, "tiny", $"tempered-{scope}");
        string[] arguments =
        [
            .. "train --members 2 --rank 2 --warmup-steps 0 --batch-size 4 --steps 12 --learning-rate 0.01 --json --calibrate-split held".Split(
                ' '
            ),
            "--temperature-scope",
            scope,
            "--base",
            tiny.Base,
            "--data",
            data,
            "--output",
            folder,
        ];
        var trained = (await Tool.RunAsync(arguments)).Done().Json();
        double[] temperatures =
            scope == "joint"
                ? [(double)trained["temperature"]!, (double)trained["temperature"]!]
                : [.. trained["temperature"]!.AsArray().Select(value => (double)value!)];
        Assert.Equal(2, temperatures.Length);
        Assert.All(temperatures, temperature => Assert.InRange(temperature, 1.01, 50));
        var predicted = (await Tool.RunAsync("predict", "--base", tiny.Base, "--ensemble", folder, "--data", data, "--json")).Done().Json();
        Assert.Equal(temperatures, predicted["temperatures"]!.AsArray().Select(value => (double)value!));
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "lora_ensemble.json"), Token))!;
        Assert.Equal(8, (int)manifest["training"]!["calibration"]!["examples"]!);
    }

    [Fact]
    public async Task Options_of_another_method_are_refused_by_name()
    {
        string[] arguments = [.. tiny.Training, "--output", Path.Combine(tiny.Folder, "o")];
        (await Tool.RunAsync([.. arguments, "--method", "explicit-ensemble"])).Refused(2, "rank is 2", "explicit-ensemble");
        (await Tool.RunAsync([.. arguments, "--train-shared"])).Refused(2, "train_shared", "batch-ensemble");
        Assert.Equal(2, (await Tool.RunAsync([.. arguments, "--method", "magic"])).ExitCode);
        string[] signs = [.. tiny.Training[..5], "--method", "batch-ensemble", "--scale-start", "random-signs"];
        var unused = await Tool.RunAsync([
            .. signs,
            "--scale-deviation",
            "0.5",
            "--steps",
            "1",
            "--output",
            Path.Combine(tiny.Folder, "o"),
        ]);
        unused.Refused(2, "scale_deviation is 0.5", "random_signs");
    }

    [Fact]
    public async Task Updates_and_epochs_go_together_for_snapshots_alone()
    {
        var folder = Path.Combine(tiny.Folder, "tiny", "chosen-snapshots");
        string[] arguments = [.. tiny.Training[..5], "--members", "3", "--warmup-steps", "0", "--steps", "6", "--epochs", "3"];
        (await Tool.RunAsync([.. arguments, "--output", folder])).Refused(2, "--steps and --epochs exclude each other");
        var trained = await Tool.RunAsync([.. arguments, "--output", folder, "--method", "snapshot-ensemble", "--json"]);
        Assert.Equal((6, 3), ((int)trained.Done().Json()["steps"]!, (int)trained.Json()["members"]!));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Numbers in the files beyond those that were learned: earlier snapshots, copies, heads that are never trained, and zero updates.</summary>
    private static long Untrained(JsonNode inspected, JsonNode manifest, string options) =>
        (string?)manifest["training"]!["variant"] == "head-only" ? inspected["members"]!.AsArray().Count * (48 + 96)
        : (string)manifest["method"]! == "snapshot-ensemble" ? 2 * (long)inspected["members"]![0]!["parameters"]!
        : options.Contains("as-released", StringComparison.Ordinal) ? 4 * ((2 * 48) + 2) // the network's own head, and one for each of three passes
        : options.Contains("sharing", StringComparison.Ordinal) ? 2 * 2 * 8 * (48 + 96)
        : options.Contains("shared", StringComparison.Ordinal) ? 2 * 4 * 48
        : 0;

    private async Task<Tensor> LogitsAsync(string[] model)
    {
        var (input, output) = (Path.Combine(tiny.Folder, "pixels.safetensors"), Path.Combine(tiny.Folder, Path.GetRandomFileName()));
        var pixels = arange(2 * 3 * 32 * 32, dtype: ScalarType.Float32).sin().view(2, 3, 32, 32);
        await TensorFile.WriteAsync(input, new Dictionary<string, Tensor> { ["pixel_values"] = pixels }, cancellationToken: Token);
        (await Tool.RunAsync(["forward", .. model, "--input", input, "--output", output])).Done();
        using var file = SafetensorsFile.Open(output);
        return TensorFile.Read(output)["logits"];
    }
}
