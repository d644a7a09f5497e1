using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

/// <summary>Checkpoints of the official code for ViT and BERT; those for AST are in <see cref="AstFormerTests"/>.</summary>
public sealed class OfficialCheckpointTests : IDisposable
{
    private static readonly string folder = Golden.Folder("models", "official-lora-vit");
    private readonly ScratchFolder scratch = new();
    private readonly PretrainedModel model;

    public OfficialCheckpointTests()
    {
        // the folder also holds the checkpoint itself, so base and config are put apart
        foreach (var (name, copy) in new[] { ("config.json", "config.json"), ("base.safetensors", "model.safetensors") })
        {
            File.Copy(Path.Combine(folder, name), Path.Combine(scratch.Path, copy));
        }

        model = PretrainedModels.Load(scratch.Path);
    }

    private string Target => Path.Combine(scratch.Path, "written", "members.safetensors");

    public void Dispose()
    {
        model.Dispose();
        scratch.Dispose();
    }

    [Theory]
    [InlineData("lora_former.pt")]
    [InlineData("lora_former_saved_on_gpu.pt")]
    [InlineData("lora_former.safetensors")]
    public void Members_of_the_official_code_give_its_logits(string file)
    {
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        using var set = OfficialCheckpoint.Read(Path.Combine(folder, file), model);
        model.Attach(set);
        using var outputs = model.Forward(expected);
        Golden.AssertClose(expected["logits"], outputs.Logits, Golden.Case(folder)["tolerance"]!, file);
    }

    [Fact]
    public async Task Reading_and_writing_gives_the_same_numbers()
    {
        using var set = OfficialCheckpoint.Read(Path.Combine(folder, "lora_former.pt"), model);
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await LoraFormerFile.WriteAsync(Target, set, model, TestContext.Current.CancellationToken);
        var (before, after) = (Golden.Tensors(Path.Combine(folder, "lora_former.safetensors")), Golden.Tensors(Target));
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, entry => Assert.True(entry.Value.bytes.SequenceEqual(after[entry.Key].bytes), entry.Key));
    }

    [Fact]
    public async Task Names_in_the_wrapper_of_parallel_training_are_looked_through()
    {
        var tensors = Golden.Tensors(Path.Combine(folder, "lora_former.safetensors"));
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await TensorFile.WriteAsync(
            Target,
            tensors.ToDictionary(entry => $"module._orig_mod.{entry.Key}", entry => entry.Value),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(OfficialLayout.Members, OfficialCheckpoint.LayoutOf(Target));
        using var plain = OfficialCheckpoint.Read(Path.Combine(folder, "lora_former.safetensors"), model);
        using var wrapped = OfficialCheckpoint.Read(Target, model);
        Assert.All(plain.Head, entry => Assert.True(entry.Value.bytes.SequenceEqual(wrapped.Head[entry.Key].bytes), entry.Key));
        Assert.All(plain.Sites, site => Assert.True(site.Value.Up.bytes.SequenceEqual(wrapped.Sites[site.Key].Up.bytes), site.Key));
    }

    [Theory]
    [InlineData("head_bias", "missing")]
    [InlineData("encoder_layer_0_q_proj_w_b.weight", "missing")]
    [InlineData("encoder_layer_1_out_proj_w_a.weight", "rows")]
    [InlineData("encoder_layer_0_k_proj_w_a.weight", "nan")]
    [InlineData("encoder_layer_9_q_proj_w_a.weight", "unknown")]
    [InlineData("head_weight", "integer")]
    public async Task A_file_that_does_not_fit_is_refused_by_name(string name, string fault)
    {
        var tensors = Golden.Tensors(Path.Combine(folder, "lora_former.safetensors")).ToDictionary();
        tensors[name] = fault switch
        {
            "rows" => tensors[name].narrow(2, 0, 8),
            "nan" => full_like(tensors[name], float.NaN),
            "integer" => tensors[name].to(ScalarType.Int64),
            _ => zeros(1),
        };
        if (fault == "missing")
        {
            tensors.Remove(name);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await TensorFile.WriteAsync(Target, tensors, cancellationToken: TestContext.Current.CancellationToken);
        var refusal = Assert.Throws<AdapterException>(() => OfficialCheckpoint.Read(Target, model));
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_checkpoint_is_refused_and_nothing_of_it_is_run() =>
        Assert.Contains(
            "posix.system",
            Assert
                .Throws<TorchFileException>(() =>
                    OfficialCheckpoint.Read(Golden.PathOf("models", "hostile-pt", "command_in_dictionary.pt"), model)
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_checkpoint_of_another_model_is_refused()
    {
        var ast = Golden.PathOf("models", "official-lora-ast", "ast_former.pt");
        Assert.Contains(
            "head_weight",
            Assert.Throws<AdapterException>(() => OfficialCheckpoint.Read(ast, model)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Members_of_a_bert_are_read_from_their_module_paths()
    {
        using var family = new GoldenFamily("bert-r4");
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["bert_model.model.bert.embeddings.word_embeddings.weight"] = zeros(2, 2), // the frozen base, repeated
        };
        for (var member = 0; member < family.Set.Count; member++)
        {
            foreach (var (site, factors) in family.Set.Sites)
            {
                var path = $"bert_model.model.bert.{site}.adapters.{member}";
                tensors[$"{path}.w_a.weight"] = factors.Down[member];
                tensors[$"{path}.w_b.weight"] = factors.ScaledUp()[member];
            }

            foreach (var end in new[] { "weight", "bias" })
            {
                tensors[$"bert_model.model.classifier.heads.{member}.{end}"] = family.Set.Head[$"classifier.{end}"][member];
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await TensorFile.WriteAsync(Target, tensors, cancellationToken: TestContext.Current.CancellationToken);
        using var again = OfficialCheckpoint.Read(Target, family.Model);
        Assert.Equal(family.Set.Count, again.Count);
        Assert.Equal(family.Set.SiteNames.Order(StringComparer.Ordinal), again.SiteNames.Order(StringComparer.Ordinal));
        Assert.All(again.Head, entry => Assert.True(entry.Value.bytes.SequenceEqual(family.Set.Head[entry.Key].bytes), entry.Key));
        Assert.All(
            again.Sites,
            entry => Assert.True(entry.Value.Update(1).allclose(family.Set.Sites[entry.Key].Update(1), rtol: 0, atol: 1e-7), entry.Key)
        );
    }
}
