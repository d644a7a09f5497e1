using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

public sealed class AstFormerTests : IDisposable
{
    private static readonly string folder = Golden.Folder("models", "official-lora-ast");
    private readonly PretrainedModel model = PretrainedModels.Load(Path.Combine(folder, "base"));
    private readonly ScratchFolder scratch = new();

    private static string Source => Path.Combine(folder, "ast_former.safetensors");

    private string Target => Path.Combine(scratch.Path, "written.safetensors");

    public void Dispose()
    {
        model.Dispose();
        scratch.Dispose();
    }

    [Theory]
    [InlineData("ast_former.pt")]
    [InlineData("ast_former.safetensors")]
    public void Members_of_the_official_code_give_its_logits(string file)
    {
        // the file's "logits" are those of a head norm with an epsilon of 1e-5; ours has the base's 1e-6
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        using var set = OfficialCheckpoint.Read(Path.Combine(folder, file), model);
        model.Attach(set);
        using var outputs = model.Forward(expected);
        Golden.AssertClose(expected["logits_head_eps_1e-6"], outputs.Logits, Golden.Case(folder)["tolerance"]!, "logits");
    }

    [Fact]
    public async Task Reading_and_writing_gives_the_same_numbers()
    {
        using var set = AstFormerFile.Read(Source, model);
        await AstFormerFile.WriteAsync(Target, set, model, TestContext.Current.CancellationToken);
        var (before, after) = (Golden.Tensors(Source), Golden.Tensors(Target));
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, entry => Assert.True(entry.Value.bytes.SequenceEqual(after[entry.Key].bytes), entry.Key));
    }

    [Fact]
    public void Separate_updates_have_the_shared_down_factor_and_a_third_of_the_rows_each()
    {
        using var set = AstFormerFile.Read(Source, model);
        var fused = Golden.Tensors(Source);
        string[] names = ["query", "key", "value"];
        foreach (var (index, name) in names.Index())
        {
            var site = set.Sites[$"encoder.layer.1.attention.attention.{name}"];
            Assert.True(site.Down.bytes.SequenceEqual(fused["blocks_1_qkv_w_a.weight"].bytes));
            Assert.True(site.Up.bytes.SequenceEqual(fused["blocks_1_qkv_w_b.weight"].narrow(1, 48 * index, 48).contiguous().bytes));
        }
    }

    [Fact]
    public void Updates_that_do_not_share_a_down_factor_fuse_into_one_of_thrice_the_rank()
    {
        using var scope = NewDisposeScope();
        SiteFactors Part(double scale) => new(randn(2, 4, 6), randn(2, 5, 4), [4, 4], [scale, 1]);
        SiteFactors[] parts = [Part(2), Part(0.5), Part(1)];
        var (down, up) = FusedQkv.Fuse(parts);
        Assert.Equal([2, 12, 6], down.shape);
        Assert.Equal([2, 15, 12], up.shape);
        for (var member = 0; member < 2; member++)
        {
            var expected = cat([.. parts.Select(part => part.Update(member))], 0); // [3·out, in]
            Assert.True(expected.allclose(up[member].matmul(down[member]), rtol: 0, atol: 1e-6));
        }
    }

    [Fact]
    public async Task Members_that_do_not_share_their_norm_are_not_written()
    {
        using var base4 = PretrainedModels.Load(Golden.Folder("models", "ast-v4"));
        string[] members = [.. Directory.GetDirectories(Golden.Folder("peft", "ast-r4"), "member-*").Order(StringComparer.Ordinal)];
        using var set = AdapterSet.Read("ast-r4", members, base4.Catalogue);
        var refusal = await Assert.ThrowsAsync<AdapterException>(() =>
            AstFormerFile.WriteAsync(Target, set, base4, TestContext.Current.CancellationToken)
        );
        Assert.Contains("classifier.layernorm", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_single_member_trained_here_is_written_and_read_back_with_the_same_logits()
    {
        using var base4 = PretrainedModels.Load(Golden.Folder("models", "ast-v4"));
        using var one = AdapterSet.Read("one", [Golden.PathOf("peft", "ast-r4", "member-01")], base4.Catalogue);
        await AstFormerFile.WriteAsync(Target, one, base4, TestContext.Current.CancellationToken);
        using var again = AstFormerFile.Read(Target, base4);
        Assert.Equal(12, again.Rank);
        using var values = randn(2, 64, 32);
        var input = new Dictionary<string, Tensor> { ["input_values"] = values };
        base4.Attach(one);
        using var before = base4.Forward(input);
        base4.Swap(again);
        using var after = base4.Forward(input);
        Assert.True(before.Logits.allclose(after.Logits, rtol: 0, atol: 2e-5));
    }

    [Theory]
    [InlineData("blocks_1_proj_w_b.weight", "missing")]
    [InlineData("blocks_0_qkv_w_b.weight", "rows")]
    [InlineData("mlp_head_ln.bias", "nan")]
    [InlineData("pos_embed", "unknown")]
    [InlineData("blocks_0_qkv_w_a.weight", "integer")]
    public async Task A_file_that_does_not_fit_is_refused_by_name(string name, string fault)
    {
        var tensors = Golden.Tensors(Source).ToDictionary();
        tensors[name] = fault switch
        {
            "rows" => tensors[name].narrow(1, 0, 96),
            "nan" => full_like(tensors[name], float.NaN),
            "integer" => tensors[name].to(ScalarType.Int64),
            _ => zeros(1),
        };
        if (fault == "missing")
        {
            tensors.Remove(name);
        }

        await TensorFile.WriteAsync(Target, tensors, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(name, Assert.Throws<AdapterException>(() => AstFormerFile.Read(Target, model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_for_other_inputs_is_refused()
    {
        using var vit = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));
        Assert.Contains("vit", Assert.Throws<AdapterException>(() => AstFormerFile.Read(Source, vit)).Message, StringComparison.Ordinal);
    }
}
