using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

public sealed class GoldenAdapters(ITestOutputHelper output)
{
    public static MatrixTheoryData<string, ProductRoute> Accepted =>
        new(Cases("equal"), [ProductRoute.Matrix, ProductRoute.Convolution, ProductRoute.Blocked]);

    public static TheoryData<string> Refused => [.. Cases("refuse")];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void All_members_give_the_logits_that_peft_gives(string name, ProductRoute route)
    {
        var folder = Golden.Folder("peft", name);
        var facts = Golden.Case(folder);
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        using var model = PretrainedModels.Load(Golden.Folder("", (string)facts["base"]!), new ModelOptions { Route = route });
        using var set = AdapterSet.Read(name, Members(folder), model.Catalogue);
        model.Attach(set);
        using var outputs = model.Forward(expected);
        var largest = Golden.AssertClose(expected["logits"], outputs.Logits, facts["tolerance"]!, name);
        output.WriteLine($"largest difference {largest:g3}");
        Golden.AssertClose(expected["mean_prob"], outputs.Logits.softmax(-1).mean([0]), facts["tolerance"]!, name);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_computed_is_refused_and_the_model_stays_as_it_was(string name)
    {
        var folder = Golden.Folder("peft", name);
        using var model = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));
        using var input = randn(2, 3, 32, 32);
        using var before = model.Forward(new Dictionary<string, Tensor> { ["pixel_values"] = input });
        var refusal = Assert.Throws<AdapterException>(() =>
        {
            using var set = AdapterSet.Read(name, Members(folder), model.Catalogue);
            model.Attach(set);
        });
        using var after = model.Forward(new Dictionary<string, Tensor> { ["pixel_values"] = input });
        Assert.Null(model.Attached);
        Assert.True(before.Logits.bytes.SequenceEqual(after.Logits.bytes));
        output.WriteLine(refusal.Message);
    }

    private static string[] Members(string folder) => [.. Directory.GetDirectories(folder, "member-*").Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Cases(string expect) =>
        Golden.Cases("peft", folder => (string)Golden.Case(folder)["expect"]! == expect);
}
