using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.Adapters;
using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.Ensembles;

public sealed class EnsembleRoundTrip : IDisposable
{
    private static readonly EnsembleManifest Facts = new()
    {
        Id2Label = Enumerable.Range(0, 7).ToDictionary(index => $"{index}", index => $"class \"{index}\""),
        Metrics =
        [
            new ManifestMetric
            {
                Dataset = "lorae/noise",
                Split = "test",
                Name = "accuracy",
                Value = 0.5,
                Aggregation = "mean_probability",
            },
        ],
        Training = new JsonObject { ["dataset"] = "lorae/noise", ["steps"] = 3 },
    };

    private readonly PretrainedModel model = PretrainedModels.Load(
        Golden.Folder("models", "vit-v4"),
        new ModelOptions { RepoId = "lorae/vit-v4" }
    );

    private readonly ScratchFolder scratch = new();

    public void Dispose()
    {
        model.Dispose();
        scratch.Dispose();
    }

    [Theory]
    [InlineData("vit-r4", PeftNaming.Both)]
    [InlineData("vit-r4", PeftNaming.V4)]
    [InlineData("vit-r4", PeftNaming.V5)]
    [InlineData("vit-alpha16", PeftNaming.Both)]
    [InlineData("vit-rslora", PeftNaming.Both)]
    [InlineData("vit-patterns", PeftNaming.Both)]
    [InlineData("vit-qv", PeftNaming.Both)]
    [InlineData("vit-all-linear", PeftNaming.Both)]
    [InlineData("vit-layers", PeftNaming.Both)]
    [InlineData("vit-regex", PeftNaming.Both)]
    [InlineData("vit-bf16", PeftNaming.Both)]
    [InlineData("deit-teacher", PeftNaming.Both)]
    [InlineData("ast-r4", PeftNaming.Both)]
    [InlineData("ast-r4", PeftNaming.V4)]
    [InlineData("ast-r4-v5", PeftNaming.V5)]
    [InlineData("bert-r4", PeftNaming.Both)]
    [InlineData("bert-r4", PeftNaming.V5)]
    public async Task Saving_loading_and_saving_again_gives_the_same_bytes_and_logits(string name, PeftNaming naming)
    {
        var options = new EnsembleWriterOptions
        {
            Naming = naming,
            InputFiles = new Dictionary<string, string> { ["preprocessor_config.json"] = "{}\n" },
        };
        using var family = new GoldenFamily(name);
        var (model, original) = (family.Model, family.Set);
        var facts = Facts with
        {
            Id2Label = Enumerable.Range(0, original.Classes!.Value).ToDictionary(index => $"{index}", index => $"c {index}"),
        };
        var (first, second) = (Path.Combine(scratch.Path, "first"), Path.Combine(scratch.Path, "second"));
        await EnsembleWriter.WriteAsync(first, original, model, facts, options, TestContext.Current.CancellationToken);
        using var loaded = AdapterEnsemble.Load(first, model);
        await EnsembleWriter.WriteAsync(second, loaded.Members, model, loaded.Manifest!, options, TestContext.Current.CancellationToken);
        Assert.Equal(Files(first), Files(second));
        foreach (var file in Files(first))
        {
            Assert.True(
                File.ReadAllBytes(Path.Combine(first, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(second, file))),
                file
            );
        }

        model.Swap(original);
        using var before = family.Run();
        model.Swap(loaded.Members);
        using var after = family.Run();
        Assert.True(before.Logits.allclose(after.Logits, 1e-5, 1e-5));
        model.Detach();
    }

    [Theory]
    [InlineData("vit-r4", "vit-r4-both", "ViTForImageClassification")]
    [InlineData("ast-r4", "ast-r4-both", "ASTForAudioClassification")]
    public async Task Both_spellings_hold_every_tensor_twice_and_the_head_once(string name, string both, string pythonClass)
    {
        using var family = new GoldenFamily(name);
        var config = await Written(family, both);
        Assert.Equal(
            ["attention.output.dense", "k_proj", "key", "o_proj", "q_proj", "query", "v_proj", "value"],
            config["target_modules"]!.AsArray().Select(module => (string)module!)
        );
        Assert.Equal((4, 4), ((int)config["r"]!, (int)config["lora_alpha"]!));
        Assert.Equal(pythonClass, (string)config["auto_mapping"]!["base_model_class"]!);
        Assert.Null(config["task_type"]);
    }

    [Fact]
    public async Task A_base_with_one_spelling_has_every_tensor_once_and_the_task_that_PEFT_knows()
    {
        using var family = new GoldenFamily("bert-r4");
        var config = await Written(family, "bert-r4");
        Assert.Equal(
            ["attention.output.dense", "key", "query", "value"],
            config["target_modules"]!.AsArray().Select(module => (string)module!)
        );
        Assert.Equal("SEQ_CLS", (string)config["task_type"]!);
        Assert.Null(config["auto_mapping"]);
    }

    [Theory]
    [InlineData("vit-r4", "image-classification", "AutoModelForImageClassification", "both spellings")]
    [InlineData("ast-r4", "audio-classification", "AutoModelForAudioClassification", "both spellings")]
    [InlineData("bert-r4", "text-classification", "AutoModelForSequenceClassification", "the same in every version")]
    public async Task The_card_speaks_of_the_task_of_its_base(string name, string task, string pythonClass, string spelling)
    {
        using var family = new GoldenFamily(name);
        await Write(family);
        var card = await File.ReadAllTextAsync(Path.Combine(scratch.Path, "README.md"), TestContext.Current.CancellationToken);
        Assert.Contains($"pipeline_tag: {task}\n", card, StringComparison.Ordinal);
        Assert.Contains($"from transformers import {pythonClass}\n", card, StringComparison.Ordinal);
        Assert.Contains(spelling, card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_member_is_refused_with_both_hashes()
    {
        await Write();
        var file = Path.Combine(scratch.Path, "member-01", "adapter_model.safetensors");
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        var refusal = Assert.Throws<AdapterException>(() => AdapterEnsemble.Load(scratch.Path, model));
        Assert.True(refusal.IsIntegrity);
        Assert.Contains("member-01", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_base_is_refused_with_both_hashes_unless_that_is_allowed()
    {
        await Write();
        using var other = PretrainedModels.Load(Golden.Folder("models", "vit-gelu-tanh"));
        var refusal = Assert.Throws<AdapterException>(() => AdapterEnsemble.Load(scratch.Path, other));
        Assert.True(refusal.IsIntegrity);
        Assert.Contains(model.Identity.Files["model.safetensors"].Sha256, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(other.Identity.Files["model.safetensors"].Sha256, refusal.Message, StringComparison.Ordinal);
        using var allowed = AdapterEnsemble.Load(scratch.Path, other, allowBaseMismatch: true);
        Assert.Contains(allowed.Warnings, warning => warning.Contains("allowed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Members_of_a_larger_ensemble_are_not_left_behind()
    {
        await Write();
        using var one = AdapterSet.Read("one", Members(Golden.Folder("peft", "vit-r4"))[..1], model.Catalogue);
        await EnsembleWriter.WriteAsync(scratch.Path, one, model, Facts, null, TestContext.Current.CancellationToken);
        Assert.Equal(["member-00"], Directory.GetDirectories(scratch.Path).Select(Path.GetFileName));
        using var loaded = AdapterEnsemble.Load(scratch.Path, model);
        Assert.Equal("single-lora", loaded.Manifest!.Method);
    }

    [Fact]
    public async Task A_folder_with_something_else_in_it_is_not_written_to()
    {
        await File.WriteAllTextAsync(Path.Combine(scratch.Path, "thesis.tex"), "x", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<AdapterException>(Write);
        Assert.Contains("thesis.tex", refusal.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(scratch.Path));
    }

    [Fact]
    public void Plain_peft_folders_are_ensembles_in_the_order_of_their_names()
    {
        using var several = AdapterEnsemble.Load(Golden.Folder("peft", "vit-r4"), model);
        using var one = AdapterEnsemble.Load(Golden.PathOf("peft", "vit-r4", "member-02"), model);
        Assert.Equal(["member-00", "member-01", "member-02"], several.Members.Members.Select(member => member.Name));
        Assert.Equal(1, one.Members.Count);
        Assert.Equal(7, one.Labels.Count);
        Assert.Null(several.Manifest);
    }

    private async Task Write(GoldenFamily family) =>
        await EnsembleWriter.WriteAsync(
            scratch.Path,
            family.Set,
            family.Model,
            Facts with
            {
                Id2Label = null,
            },
            null,
            TestContext.Current.CancellationToken
        );

    /// <summary>Writes an ensemble whose member 1 must have the tensors of a golden one; returns that member's config.</summary>
    private async Task<JsonNode> Written(GoldenFamily family, string golden)
    {
        await Write(family);
        var ours = Golden.Tensors(Path.Combine(scratch.Path, "member-01", "adapter_model.safetensors"));
        var theirs = Golden.Tensors(Golden.PathOf("peft", golden, "member-01", "adapter_model.safetensors"));
        Assert.Equal(theirs.Keys.Order(StringComparer.Ordinal), ours.Keys.Order(StringComparer.Ordinal));
        Assert.All(theirs, entry => Assert.True(entry.Value.equal(ours[entry.Key]).all().item<bool>(), entry.Key));
        var config = Path.Combine(scratch.Path, "member-01", "adapter_config.json");
        return JsonNode.Parse(await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken))!;
    }

    private async Task Write()
    {
        using var set = AdapterSet.Read("vit-r4", Members(Golden.Folder("peft", "vit-r4")), model.Catalogue);
        await EnsembleWriter.WriteAsync(scratch.Path, set, model, Facts, null, TestContext.Current.CancellationToken);
    }

    private static string[] Members(string folder) => [.. Directory.GetDirectories(folder, "member-*").Order(StringComparer.Ordinal)];

    private static string[] Files(string folder) =>
        [
            .. Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file))
                .Order(StringComparer.Ordinal),
        ];
}
