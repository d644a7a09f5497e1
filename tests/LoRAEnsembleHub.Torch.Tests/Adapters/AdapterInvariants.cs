using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

/// <summary>What must hold for every set of members, shown with a ViT; what must hold for every base is in <see cref="FamilyInvariants"/>.</summary>
public sealed class AdapterInvariants : IDisposable
{
    private readonly PretrainedModel model = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));
    private readonly Tensor pixels = Golden.Tensors(Golden.PathOf("peft", "vit-r4", "expected.safetensors"))["pixel_values"];
    private readonly AdapterSet set;

    public AdapterInvariants() => set = Read("vit-r4");

    public void Dispose()
    {
        set.Dispose();
        model.Dispose();
        pixels.Dispose();
    }

    [Theory]
    [InlineData("vit-r4")]
    [InlineData("vit-alpha16")]
    [InlineData("vit-rslora")]
    [InlineData("vit-patterns")]
    [InlineData("vit-all-linear")]
    public void A_merged_member_gives_the_logits_of_the_attached_one(string name)
    {
        using var other = Read(name);
        model.Attach(other);
        using var together = Run();
        for (var member = 0; member < other.Count; member++)
        {
            using var merged = model.Merge(other, member);
            using var alone = merged.Forward(Input());
            AssertClose(together.Logits[member], alone.Logits, 2e-5);
        }
    }

    [Fact]
    public void Labels_of_a_merged_model_are_as_many_as_its_classes()
    {
        var refused = Assert.Throws<ArgumentException>(() => model.Merge(set, 0, ["one"]));
        Assert.Contains("1 labels were given", refused.Message);
        using var outputs = Run(); // the base is still whole
    }

    [Fact]
    public async Task A_disposed_model_says_so_and_overwrites_nothing()
    {
        var scratch = Directory.CreateTempSubdirectory("lorae-disposed-").FullName;
        try
        {
            var token = TestContext.Current.CancellationToken;
            var gone = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));
            await gone.SaveAsync(scratch, token);
            var before = await File.ReadAllBytesAsync(Path.Combine(scratch, "model.safetensors"), token);
            gone.Dispose();
            gone.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => gone.SaveAsync(scratch, token));
            Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(scratch, "model.safetensors"), token));
            Assert.Throws<ObjectDisposedException>(() => gone.Forward(Input()));
            Assert.Throws<ObjectDisposedException>(() => gone.Attach(set));
            Assert.Throws<ObjectDisposedException>(() => gone.Merge(set, 0));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    [Fact]
    public void Inputs_without_numbers_and_outputs_let_go_of_are_told_by_name()
    {
        IReadOnlyDictionary<string, Tensor> Given(Tensor tensor) => new Dictionary<string, Tensor> { ["pixel_values"] = tensor };
        Assert.Contains("pixel_values is null", Assert.Throws<ModelException>(() => model.Forward(Given(null!))).Message);
        using var bytes = zeros(pixels.shape, ScalarType.Byte);
        Assert.Contains("pixel_values is Byte", Assert.Throws<ModelException>(() => model.Forward(Given(bytes))).Message);
        using var meta = zeros(pixels.shape, device: META);
        Assert.Contains("meta tensor", Assert.Throws<ModelException>(() => model.Forward(Given(meta))).Message);
        var gone = pixels.clone();
        gone.Dispose();
        Assert.Contains("pixel_values", Assert.Throws<ObjectDisposedException>(() => model.Forward(Given(gone))).Message);
        Assert.Contains("none was given", Assert.Throws<ModelException>(() => model.Forward(new Dictionary<string, Tensor>())).Message);
        var outputs = Run();
        outputs.Dispose();
        Assert.Throws<ObjectDisposedException>(() => outputs.Logits);
        Assert.Contains("MemberChunk", Assert.Throws<ArgumentOutOfRangeException>(() => new ForwardOptions { MemberChunk = 0 }).Message);
    }

    [Fact]
    public async Task Merged_models_are_those_that_peft_writes()
    {
        var scratch = Directory.CreateTempSubdirectory("lorae-merge-").FullName;
        try
        {
            for (var member = 0; member < set.Count; member++)
            {
                using var merged = model.Merge(set, member);
                await merged.SaveAsync(scratch, TestContext.Current.CancellationToken);
                var expected = Golden.Tensors(Golden.PathOf("peft", "vit-r4", $"merged-{member:00}", "model.safetensors"));
                var actual = Golden.Tensors(Path.Combine(scratch, "model.safetensors"));
                Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
                foreach (var (key, tensor) in expected)
                {
                    AssertClose(tensor, actual[key], 1e-6);
                }

                using var again = PretrainedModels.Load(scratch);
                using var first = merged.Forward(Input());
                using var second = again.Forward(Input());
                Assert.True(first.Logits.bytes.SequenceEqual(second.Logits.bytes));
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    [Fact]
    public void Before_the_first_adapted_block_all_members_share_one_result()
    {
        using var late = Read("vit-layers"); // adapts block 1 only
        using var before = Run(new ForwardOptions { HiddenStates = true });
        model.Attach(late);
        using var after = Run(new ForwardOptions { HiddenStates = true });
        for (var member = 0; member < late.Count; member++)
        {
            AssertEqual(before.Named["hidden_states.1"], after.Named["hidden_states.1"][member]);
        }

        Assert.False(after.Named["hidden_states.2"][0].allclose(after.Named["hidden_states.2"][1]));
    }

    [Fact]
    public void A_second_set_is_attached_only_by_swapping()
    {
        using var other = Read("vit-qv");
        model.Attach(set);
        Assert.Contains("Swap", Assert.Throws<AdapterException>(() => model.Attach(other)).Message, StringComparison.Ordinal);
        Assert.Same(set, model.Attached);
        Assert.Same(set, model.Swap(other));
        Assert.Same(other, model.Attached);
    }

    [Fact]
    public void A_set_for_another_model_is_refused_and_the_attached_one_stays()
    {
        using var deit = PretrainedModels.Load(Golden.Folder("models", "deit-teacher"));
        using var teacher = AdapterSet.Read("teacher", Members("deit-teacher"), deit.Catalogue);
        model.Attach(set);
        using var before = Run();
        var refusal = Assert.Throws<AdapterException>(() => model.Swap(teacher));
        Assert.Contains("cls_classifier", refusal.Message, StringComparison.Ordinal);
        using var after = Run();
        Assert.Same(set, model.Attached);
        Assert.True(before.Logits.bytes.SequenceEqual(after.Logits.bytes));
    }

    [Fact]
    public void A_model_whose_members_were_disposed_says_so()
    {
        var gone = Read("vit-qv");
        model.Attach(gone);
        gone.Dispose();
        Assert.Contains("vit-qv", Assert.Throws<ObjectDisposedException>(() => Run()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Swapping_back_and_forth_copies_nothing()
    {
        using var other = Read("vit-qv");
        model.Attach(set);
        model.Swap(other);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 100; i++)
        {
            model.Swap(i % 2 == 0 ? set : other);
        }

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Bfloat16_stays_near_float32()
    {
        model.Attach(set);
        using var exact = Run();
        using var half = PretrainedModels.Load(Golden.Folder("models", "vit-v4"), new ModelOptions { Dtype = ScalarType.BFloat16 });
        half.Attach(set);
        using var rounded = half.Forward(Input());
        AssertClose(exact.Logits.softmax(-1), rounded.Logits.softmax(-1), 0.05);
        Assert.Equal(ScalarType.Float32, rounded.Logits.dtype);
    }

    private AdapterSet Read(string name) => AdapterSet.Read(name, Members(name), model.Catalogue);

    private Dictionary<string, Tensor> Input() => new() { ["pixel_values"] = pixels };

    private ModelOutputs Run(ForwardOptions? options = null) => model.Forward(Input(), options);

    private static string[] Members(string name) =>
        [.. Directory.GetDirectories(Golden.Folder("peft", name), "member-*").Order(StringComparer.Ordinal)];

    private static void AssertEqual(Tensor expected, Tensor actual) =>
        Assert.True(expected.equal(actual).all().item<bool>(), "the tensors differ");

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var largest = (expected - actual).abs().max().item<float>();
        Assert.True(largest <= tolerance, $"largest difference {largest:g3} is above {tolerance:g3}");
    }
}
