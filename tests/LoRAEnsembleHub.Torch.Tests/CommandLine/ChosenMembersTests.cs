using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Ensembles of which some members are used: these predict as among all, and the others are not read.</summary>
public sealed class ChosenMembersTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private static readonly int[] wanted = [2, 0];

    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("lora")]
    [InlineData("heads")]
    [InlineData("snapshots")]
    [InlineData("batch")]
    [InlineData("batch with shared weights")]
    public async Task They_predict_as_among_all_in_the_order_wanted_and_the_rest_need_not_be_there(string method)
    {
        var folder = await TrainedAsync(method);
        await CalibrateAsync(folder, 1.5, 2, 2.5);
        var all = Predicted(folder, null);
        Assert.Equal(3, all.Members);

        Directory.Delete(Path.Combine(folder, "member-01"), recursive: true);
        Assert.ThrowsAny<Exception>(() => Predicted(folder, null));
        var chosen = Predicted(folder, wanted);
        Assert.Equal(2, chosen.Members);
        foreach (var (place, member) in wanted.Index())
        {
            for (var example = 0; example < all.Examples; example++)
            {
                Assert.All(
                    chosen.Logits(place, example).ToArray().Zip(all.Logits(member, example).ToArray()),
                    pair => Assert.Equal(pair.Second, pair.First, 1e-5)
                );
            }
        }

        using var ensemble = LoadedEnsemble.Load(folder, tiny.Base, members: wanted);
        Assert.Equal([2.5, 1.5], ensemble.Manifest!.Temperatures);
        Assert.Equal(["member-02", "member-00"], ensemble.Manifest.Members!.Select(member => member.Path));
    }

    [Fact]
    public async Task A_chosen_member_that_was_damaged_is_refused_and_a_damaged_one_that_was_not_is_no_matter()
    {
        var folder = await TrainedAsync("lora");
        var weights = Path.Combine(folder, "member-01", "adapter_model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes, TestContext.Current.CancellationToken);
        Predicted(folder, [0, 2]);
        var refusal = Assert.Throws<AdapterException>(() => Predicted(folder, [1]));
        Assert.True(refusal.IsIntegrity);
        Assert.Contains("member-01", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 2 })]
    [InlineData(new[] { -1 })]
    [InlineData(new[] { 1, 1 })]
    public void Members_that_there_are_not_are_refused_with_how_many_there_are(int[] members)
    {
        var refusal = Assert.Throws<AdapterException>(() => EnsembleFolder.Open(tiny.Ensemble).Select(members));
        Assert.Contains("2 members", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passes_of_one_network_are_no_members_to_choose()
    {
        var folder = await TrainedAsync("dropout");
        Assert.Contains(
            "passes",
            Assert.Throws<AdapterException>(() => EnsembleFolder.Open(folder).Select(0)).Message,
            StringComparison.Ordinal
        );
        (await Tool.RunAsync("predict", "--ensemble", folder, "--data", tiny.Data, "--only", "0")).Refused(1, "passes of one network");
    }

    [Fact]
    public async Task The_verbs_use_the_members_they_are_told()
    {
        string[] plain = ["predict", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--data", tiny.Data];
        string[] predict = [.. plain, "--members", "--json"];
        var all = (await Tool.RunAsync(predict)).Done().Json()["predictions"]!.AsArray();
        var one = (await Tool.RunAsync([.. predict, "--only", "1"])).Done().Json()["predictions"]!.AsArray();
        foreach (var (before, after) in all.Zip(one))
        {
            var own = before!["member_predictions"]![1]!["probabilities"]!.AsArray().Select(value => (double)value!).ToArray();
            Assert.Equal(own.Max(), (double)after!["probability"]!, 1e-5);
            Assert.Single(after["member_predictions"]!.AsArray());
            Assert.Equal(0, (double)after["mutual_information"]!, 1e-9);
        }

        string[] evaluate = ["evaluate", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--data", tiny.Data, "--json"];
        var scores = (await Tool.RunAsync([.. evaluate, "--only", "1,0"])).Done().Json();
        Assert.Equal([1, 0], scores["only"]!.AsArray().Select(member => (int)member!));
        Assert.Equal(2, scores["summary"]!["members"]!.AsArray().Count);

        (await Tool.RunAsync([.. plain, "--only", "2"])).Refused(2, "--only is 2", "0 to 1");
        (await Tool.RunAsync("predict", "--base", tiny.Base, "--data", tiny.Data, "--only", "0")).Refused(2, "--only", "--ensemble");
        (
            await Tool.RunAsync(
                "evaluate",
                "--compare",
                tiny.Ensemble,
                tiny.Ensemble,
                "--base",
                tiny.Base,
                "--data",
                tiny.Data,
                "--only",
                "0"
            )
        ).Refused(2, "--only");
    }

    private Task<string> TrainedAsync(string method) => tiny.TrainAsync(method, Path.Combine(scratch.Path, "trained"));

    private static async Task CalibrateAsync(string folder, params double[] temperatures)
    {
        var file = Path.Combine(folder, EnsembleManifest.FileName);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        manifest["temperature"] = new JsonArray([.. temperatures.Select(value => JsonValue.Create(value))]);
        await File.WriteAllTextAsync(file, manifest.ToJsonString(), TestContext.Current.CancellationToken);
    }

    private Predictions Predicted(string folder, IReadOnlyList<int>? members) => tiny.Predict(folder, tiny.Base, members);
}
