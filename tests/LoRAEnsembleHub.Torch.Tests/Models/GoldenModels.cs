using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Torch.Tests.Models;

public sealed class GoldenModels(ITestOutputHelper output)
{
    public static MatrixTheoryData<string, ProductRoute> NamesAndRoutes =>
        new(
            Golden.Cases(
                "models",
                folder =>
                    File.Exists(Path.Combine(folder, "expected.safetensors"))
                    && File.Exists(Path.Combine(folder, "config.json"))
                    && !folder.Contains("training")
                    && !Path.GetFileName(folder).StartsWith("official", StringComparison.Ordinal) // members, not models
                    && !folder.EndsWith("deterministic", StringComparison.Ordinal)
            ),
            [ProductRoute.Matrix, ProductRoute.Convolution, ProductRoute.Blocked]
        );

    [Theory]
    [MemberData(nameof(NamesAndRoutes))]
    public void Every_output_is_within_the_tolerance_of_its_case(string name, ProductRoute route)
    {
        var folder = Golden.Folder("models", name);
        var facts = Golden.Case(folder);
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        using var model = PretrainedModels.Load(folder, new ModelOptions { Route = route });
        var options = new ForwardOptions
        {
            HiddenStates = true,
            InterpolatePositions = (bool?)facts["call"]?["interpolate_pos_encoding"] ?? false,
        };
        using var outputs = model.Forward(expected, options);
        foreach (var (key, tensor) in expected.Where(entry => !model.InputNames.Contains(entry.Key)))
        {
            Assert.True(outputs.Named.ContainsKey(key), $"{key} is not among {string.Join(", ", outputs.Named.Keys)}");
            var largest = Golden.AssertClose(tensor, outputs.Named[key], facts["tolerance"]!, $"{name} {key}");
            output.WriteLine($"{key}: largest difference {largest:g3}");
        }
    }
}
