using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Torch.Tests.Adapters;
using LoRAEnsembleHub.Torch.Tests.Native;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Onnx;

/// <summary>Files written here and run in ONNX Runtime give the logits that are computed here.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public static TheoryData<string> Families => FamilyInvariants.Families;

    public static TheoryData<string> Activations => [.. Activation.KnownNames.Split(", ")];

    private string Target => Path.Combine(scratch.Path, "model.onnx");

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("vit-v4")]
    [InlineData("vit-bf16")]
    [InlineData("vit-no-qkv-bias")]
    [InlineData("vit-nonsquare")]
    [InlineData("vit-quick-gelu")]
    [InlineData("deit-v5")]
    [InlineData("deit-teacher")]
    [InlineData("timm-vit")]
    [InlineData("ast-v4")]
    [InlineData("bert")]
    [InlineData("bert-legacy")]
    public async Task A_base_gives_its_golden_logits(string name)
    {
        var folder = Golden.Folder("models", name);
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        using var model = PretrainedModels.Load(folder);
        await OnnxExport.WriteAsync(model, Target, cancellationToken: TestContext.Current.CancellationToken);
        foreach (var (output, values) in OnnxRun.Run(Target, expected))
        {
            Golden.AssertClose(expected[output], values, Golden.Case(folder)["tolerance"]!, $"{name} {output}");
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task All_members_run_in_one_graph(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        await OnnxExport.WriteAsync(family.Model, Target, cancellationToken: TestContext.Current.CancellationToken);
        AssertSame(family.Run(), OnnxRun.Run(Target, family.Inputs));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_merged_member_is_a_plain_model_with_its_share_of_the_logits(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        using var all = family.Run();
        using var merged = family.Model.Merge(family.Set, 1);
        await OnnxExport.WriteAsync(merged, Target, cancellationToken: TestContext.Current.CancellationToken);
        OnnxRun.AssertClose(all.Logits[1], OnnxRun.Run(Target, family.Inputs)["logits"]);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_graph_whose_adapters_are_inputs_runs_other_members_than_those_it_was_written_with(string name)
    {
        using var family = new GoldenFamily(name);
        using var single = family.Read(0);
        family.Model.Attach(single);
        var options = new OnnxOptions { AdapterInputs = true };
        await OnnxExport.WriteAsync(family.Model, Target, options, TestContext.Current.CancellationToken);
        family.Model.Swap(family.Set);
        var inputs = family.Inputs.Concat(OnnxExport.AdapterInputs(family.Set)).ToDictionary();
        AssertSame(family.Run(), OnnxRun.Run(Target, inputs));
    }

    [Theory]
    [InlineData("vit-layers")]
    [InlineData("vit-qv")]
    [InlineData("vit-all-linear")]
    [InlineData("vit-rslora")]
    public async Task Members_may_adapt_some_projections_or_all(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        await OnnxExport.WriteAsync(family.Model, Target, cancellationToken: TestContext.Current.CancellationToken);
        AssertSame(family.Run(), OnnxRun.Run(Target, family.Inputs));
    }

    [Fact]
    public async Task The_batch_may_be_of_any_size()
    {
        using var family = new GoldenFamily("vit-r4");
        family.Model.Attach(family.Set);
        await OnnxExport.WriteAsync(family.Model, Target, cancellationToken: TestContext.Current.CancellationToken);
        using var all = family.Run();
        var last = family.Inputs.ToDictionary(input => input.Key, input => input.Value.narrow(0, input.Value.size(0) - 1, 1));
        OnnxRun.AssertClose(all.Logits.narrow(1, all.Logits.size(1) - 1, 1), OnnxRun.Run(Target, last)["logits"]);
    }

    [Fact]
    public async Task Weights_in_a_file_of_their_own_are_found_there()
    {
        using var family = new GoldenFamily("vit-r4");
        family.Model.Attach(family.Set);
        var options = new OnnxOptions { ExternalWeights = true };
        await OnnxExport.WriteAsync(family.Model, Target, options, TestContext.Current.CancellationToken);
        Assert.Equal(["model.onnx", "model.onnx_data"], Directory.GetFiles(scratch.Path).Select(Path.GetFileName).Order());
        AssertSame(family.Run(), OnnxRun.Run(Target, family.Inputs));
        File.Delete(Target + "_data");
        Assert.Throws<OnnxRuntimeException>(() => OnnxRun.Run(Target, family.Inputs));
    }

    [Fact]
    public async Task Notes_are_read_by_the_runtime()
    {
        using var family = new GoldenFamily("bert-r4");
        var options = new OnnxOptions { Metadata = new Dictionary<string, string> { ["labels"] = """["gut","schlecht"]""" } };
        await OnnxExport.WriteAsync(family.Model, Target, options, TestContext.Current.CancellationToken);
        using var session = new InferenceSession(Target);
        Assert.Equal("""["gut","schlecht"]""", session.ModelMetadata.CustomMetadataMap["labels"]);
        Assert.Equal("LoRAEnsembleHub", session.ModelMetadata.ProducerName);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public async Task Every_activation_has_the_same_values(string name)
    {
        var graph = new OnnxGraph("activation");
        graph.Output(OnnxActivation.Add(graph, name, graph.Input("x", OnnxElement.Float, "numbers")), "y", "numbers");
        await OnnxFile.WriteAsync(graph, Target, OnnxOptions.Default, TestContext.Current.CancellationToken);
        var x = linspace(-12, 12, 481);
        OnnxRun.AssertClose(Activation.Named(name)(x), OnnxRun.Run(Target, new Dictionary<string, Tensor> { ["x"] = x })["y"]);
    }

    [Fact]
    public async Task A_model_without_head_is_refused_and_nothing_is_written()
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", "vit-headless"));
        var refusal = await Assert.ThrowsAsync<ModelException>(() =>
            OnnxExport.WriteAsync(model, Target, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Contains("no head", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(scratch.Path));
    }

    [Fact]
    public async Task Adapters_cannot_be_inputs_where_none_are_attached()
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));
        var options = new OnnxOptions { AdapterInputs = true };
        var refusal = await Assert.ThrowsAsync<ModelException>(() =>
            OnnxExport.WriteAsync(model, Target, options, TestContext.Current.CancellationToken)
        );
        Assert.Contains("No members are attached", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_one_file_can_hold_is_refused_before_anything_is_written()
    {
        var graph = new OnnxGraph("large");
        graph.Weight(new OnnxWeight("w", OnnxElement.Float, [1 << 15, 1 << 15], () => throw new InvalidOperationException("fetched")));
        var options = new OnnxOptions { ExternalWeights = false };
        var refusal = await Assert.ThrowsAsync<ModelException>(() =>
            OnnxFile.WriteAsync(graph, Target, options, TestContext.Current.CancellationToken)
        );
        Assert.Contains("4294967296", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(scratch.Path));
    }

    [Fact]
    public async Task A_writing_that_fails_leaves_the_file_as_it_was()
    {
        await File.WriteAllTextAsync(Target, "before", TestContext.Current.CancellationToken);
        var graph = new OnnxGraph("broken");
        graph.Weight(new OnnxWeight("w", OnnxElement.Float, [2], () => throw new InvalidOperationException("fetched")));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            OnnxFile.WriteAsync(graph, Target, OnnxOptions.Default, TestContext.Current.CancellationToken)
        );
        Assert.Equal("before", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(scratch.Path));
    }

    [Fact]
    public async Task Writing_leaves_no_tensor_behind()
    {
        using var family = new GoldenFamily("ast-r4");
        family.Model.Attach(family.Set);
        await OnnxExport.WriteAsync(family.Model, Target, cancellationToken: TestContext.Current.CancellationToken);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        family.Model.ToOnnx(adapterInputs: false).Weights.ToList().ForEach(weight => weight.Values());
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void AssertSame(ModelOutputs expected, Dictionary<string, Tensor> actual)
    {
        using (expected)
        {
            foreach (var (name, values) in actual)
            {
                OnnxRun.AssertClose(expected.Named[name], values);
            }
        }
    }
}
