using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class PredictTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    private string[] Ours => ["predict", "--base", tiny.Base, "--ensemble", tiny.Ensemble];

    [Fact]
    public async Task The_numbers_are_those_of_the_library()
    {
        var json = (await Tool.RunAsync([.. Ours, "--data", tiny.Data, "--members", "--top", "2", "--json"])).Done().Json();
        using var model = PretrainedModels.Load(tiny.Base);
        using var ensemble = AdapterEnsemble.Load(tiny.Ensemble, model);
        model.Attach(ensemble.Members);
        var images = ImageData.Open(tiny.Data, "test", file => ImageDecoder.Read(file, ImageOrientation.Upright).Image, ensemble.Labels);
        var predictions = Predictor.Predict(
            model,
            new ImageExamples(images, ImageProcessor.Load(tiny.Ensemble)),
            ensemble.Labels,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(images.Count, json["predictions"]!.AsArray().Count);
        for (var index = 0; index < images.Count; index++)
        {
            var (found, wanted) = (json["predictions"]![index]!, ExamplePrediction.Of(predictions, index, Aggregation.MeanProbability));
            Assert.Equal(images.Source(index), (string?)found["input"]);
            Assert.Equal(images.ClassNames[images.Label(index)], (string?)found["true_label"]);
            Assert.Equal(ensemble.Labels[wanted.Label], (string?)found["label"]);
            Assert.Equal(wanted.Label == images.Label(index), (bool)found["is_correct"]!);
            Assert.Equal(wanted.Confidence, (double)found["probability"]!, 5);
            Assert.Equal(wanted.PredictiveEntropy, (double)found["predictive_entropy"]!, 5);
            Assert.Equal(wanted.MutualInformation, (double)found["mutual_information"]!, 5);
            Assert.Equal(2, found["votes"]!.AsArray().Sum(vote => (int)vote!["count"]!));
            Assert.Equal(2, found["top"]!.AsArray().Count);
            Assert.Equal(2, found["member_predictions"]!.AsArray().Count);
            Assert.Equal(predictions.OfMember(1).Of(index)[0], (double)found["member_predictions"]![1]!["probabilities"]![0]!, 5);
        }
    }

    [Fact]
    public async Task People_see_one_line_per_picture()
    {
        var picture = TinyBase.WritePng(Path.Combine(tiny.Folder, "[red] one.png"), 50);
        var run = (await Tool.RunAsync([.. Ours, picture])).Done();
        Assert.Equal(2, run.Output.TrimEnd().Split('\n').Length);
        Assert.Contains("[red] one.png", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"0\.\d{3}  ", run.Output);
        Assert.Matches(@"2/2 (dark|light)|1 (dark|light), 1 (dark|light)", run.Output);
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public async Task Quiet_gives_labels_and_csv_gives_all_digits()
    {
        var quiet = (await Tool.RunAsync([.. Ours, "--data", tiny.Data, "--limit", "3", "--quiet"])).Done();
        Assert.All(quiet.Output.TrimEnd().Split('\n'), line => Assert.Matches("^(dark|light)$", line));
        var rows = (await Tool.RunAsync([.. Ours, "--data", tiny.Data, "--limit", "3", "--csv"])).Done().Output.TrimEnd().Split('\n');
        Assert.Equal(4, rows.Length);
        Assert.StartsWith("input,true_label,label,probability,predictive_entropy,", rows[0], StringComparison.Ordinal);
        Assert.EndsWith("probability:dark,probability:light", rows[0], StringComparison.Ordinal);
        var values = rows[1].Split(',');
        Assert.Equal(1, double.Parse(values[^1]) + double.Parse(values[^2]), 9);
    }

    [Fact]
    public async Task Temperature_and_aggregation_of_the_manifest_are_used()
    {
        var copy = tiny.CopyOfEnsemble("tempered");
        var path = Path.Combine(copy, EnsembleManifest.FileName);
        var manifest = EnsembleManifest.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), path);
        manifest = manifest with { Temperature = 1000, Aggregation = "mean_logit" };
        await File.WriteAllTextAsync(path, manifest.ToJson(), TestContext.Current.CancellationToken);
        var run = await Tool.RunAsync("predict", "--base", tiny.Base, "--ensemble", copy, "--data", tiny.Data, "--limit", "2", "--json");
        var json = run.Done().Json();
        Assert.Equal("mean_logit", (string?)json["aggregation"]);
        Assert.Equal([1000, 1000], json["temperatures"]!.AsArray().Select(value => (double)value!));
        Assert.All(json["predictions"]!.AsArray(), image => Assert.InRange((double)image!["probability"]!, 0.5, 0.51));
    }

    [Fact]
    public async Task Adaptive_tells_how_many_members_each_picture_needed()
    {
        string[] adaptive = [.. Ours, "--data", tiny.Data, "--adaptive", "exact"];
        var (all, some) = (await Tool.RunAsync([.. Ours, "--data", tiny.Data, "--json"]), await Tool.RunAsync([.. adaptive, "--json"]));
        var wanted = all.Done().Json()["predictions"]!.AsArray();
        var found = some.Done().Json()["predictions"]!.AsArray();
        Assert.All(wanted, one => Assert.Null(one!["members_used"]));
        Assert.All(found, one => Assert.InRange((int)one!["members_used"]!, 1, 2));
        Assert.Equal(wanted.Select(one => (string?)one!["label"]), found.Select(one => (string?)one!["label"]));
        Assert.Contains("members were needed on average", (await Tool.RunAsync(adaptive)).Done().Output, StringComparison.Ordinal);
        Assert.Contains(
            "members_used",
            (await Tool.RunAsync([.. adaptive, "--csv"])).Done().Output.Split('\n')[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Adaptive_takes_exact_or_a_number_and_needs_an_ensemble_of_mean_probabilities()
    {
        (await Tool.RunAsync([.. Ours, "--data", tiny.Data, "--adaptive", "2"])).Refused(2, "--adaptive is 2", "below 1");
        (await Tool.RunAsync([.. Ours, "--data", tiny.Data, "--adaptive", "maybe"])).Refused(2, "maybe", "exact");
        (await Tool.RunAsync("predict", "--base", tiny.Base, "--data", tiny.Data, "--adaptive", "exact")).Refused(2, "--ensemble");
        var other = tiny.CopyOfEnsemble("mean-logit");
        var manifest = Path.Combine(other, EnsembleManifest.FileName);
        var text = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            manifest,
            text.Replace("mean_probability", "mean_logit", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );
        var run = await Tool.RunAsync("predict", "--base", tiny.Base, "--ensemble", other, "--data", tiny.Data, "--adaptive", "0.1");
        run.Refused(2, "mean of their logits");
    }

    [Fact]
    public async Task Without_an_ensemble_the_base_answers_with_its_own_classes()
    {
        var run = await Tool.RunAsync("predict", "--base", tiny.Base, "--data", tiny.Data, "--limit", "2", "--json");
        var json = run.Done().Json();
        Assert.Equal(1, (int)json["members"]!);
        Assert.All(json["predictions"]!.AsArray(), image => Assert.Null(image!["is_correct"]));
        Assert.All(json["predictions"]!.AsArray(), image => Assert.Matches("^(ant|bee|cat|dog|elk)$", (string)image!["label"]!));
    }

    [Fact]
    public async Task Plain_peft_members_predict_with_numbered_classes()
    {
        var picture = TinyBase.WritePng(Path.Combine(tiny.Folder, "plain.png"), 120);
        var run = await Tool.RunAsync("predict", "--base", tiny.Base, "--ensemble", Golden.Folder("peft", "vit-r4"), picture, "--quiet");
        Assert.Matches("^LABEL_[0-6]\n$", run.Done().Output);
    }

    [Fact]
    public async Task Another_base_is_refused_with_6_unless_it_is_allowed_which_is_warned_of()
    {
        var other = Path.Combine(tiny.Folder, "other-base");
        Directory.CreateDirectory(other);
        foreach (var file in Directory.GetFiles(tiny.Base))
        {
            File.Copy(file, Path.Combine(other, Path.GetFileName(file)), true);
        }

        var weights = Path.Combine(other, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
        bytes[^4] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes, TestContext.Current.CancellationToken);
        string[] arguments = ["predict", "--base", other, "--ensemble", tiny.Ensemble, "--data", tiny.Data, "--limit", "1"];
        (await Tool.RunAsync(arguments)).Refused(6, "SHA-256", "hint: --allow-base-mismatch");
        var run = (await Tool.RunAsync([.. arguments, "--allow-base-mismatch", "--json"])).Done();
        Assert.StartsWith("warning: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("mismatch was allowed", (string)run.Json()["warnings"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_predict_two_things_to_predict_and_two_forms_are_all_wrong()
    {
        (await Tool.RunAsync(Ours)).Refused(2, "--data");
        (await Tool.RunAsync([.. Ours, "a.png", "--data", tiny.Data])).Refused(2, "not both");
        Assert.Equal(2, (await Tool.RunAsync([.. Ours, "--data", tiny.Data, "--csv", "--json"])).ExitCode);
    }
}
