using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>The gradients of every method against central differences of its loss, along the gradient of each parameter by itself.</summary>
public sealed class MethodGradients(ITestOutputHelper output)
{
    // Losses are Float32, good to about 1e-7, and the step moves them by about 1e-3.
    private const double Change = 2e-3;
    private const double Tolerance = 0.02;

    public static TheoryData<string, string> Cases => MethodCases.OnEveryBase;

    [Theory]
    [MemberData(nameof(Cases))]
    public void They_are_those_of_finite_differences(string name, string golden)
    {
        using var model = MethodCases.Load(golden);
        var examples = MethodCases.Examples(model);
        using var trainer = new Trainer(model, MethodCases.Options(name) with { Steps = 12 }, examples);
        trainer.Update();
        trainer.Update(); // so that no factor is zero any more
        using var scope = NewDisposeScope();
        int[] indices = [0, 1, 2, 3, 4];
        var inputs = examples.Batch(indices, null);
        var labels = tensor(indices.Select(index => (long)examples.Label(index)).ToArray());
        var learned = Learn(trainer, inputs, labels);
        Assert.Equal(trainer.System.Parameters.Keys, learned.ByName.Keys.Order(StringComparer.Ordinal));
        var (compared, worst) = (0, 0.0);
        foreach (var (key, gradient) in learned.ByName)
        {
            var norm = gradient.norm().item<float>();
            if (norm < 1e-2)
            {
                continue; // too flat for differences in Float32: the bias of a key, for one, changes nothing
            }

            compared++;
            var step = gradient / norm * (Change / norm);
            var difference = (LossAt(trainer, key, step, inputs, labels) - LossAt(trainer, key, -step, inputs, labels)) / (2 * Change);
            worst = Math.Max(worst, Math.Abs(difference - 1));
            Assert.True(Math.Abs(difference - 1) < Tolerance, $"{key}: the slope is {difference:f4} of that which the gradient says");
        }

        output.WriteLine($"{compared} of {learned.ByName.Count} parameters, worst {worst:g2}");
        Assert.True(
            compared > learned.ByName.Count / 4,
            $"only {compared} of {learned.ByName.Count} gradients are large enough to compare"
        );
    }

    [Theory]
    [InlineData("explicit")]
    [InlineData("batch with shared weights")]
    public void Either_route_of_products_gives_the_same_to_weights_that_are_learned(string name)
    {
        using var model = MethodCases.Load("vit-v4");
        var examples = MethodCases.Examples(model);
        using var trainer = new Trainer(model, MethodCases.Options(name), examples);
        using var scope = NewDisposeScope();
        var (inputs, labels) = (examples.Batch([0, 1, 2], null), tensor(new long[] { 0, 1, 2 }));
        var (plain, convolved) = (Learn(trainer, inputs, labels), Learn(trainer, inputs, labels, ProductRoute.Convolution));
        Assert.All(
            plain.ByName,
            entry =>
                Assert.True(
                    (entry.Value - convolved.ByName[entry.Key]).abs().max().item<float>()
                        <= 1e-5 + (1e-3 * entry.Value.abs().max().item<float>()),
                    entry.Key
                )
        );
    }

    private static double LossAt(Trainer trainer, string name, Tensor step, IReadOnlyDictionary<string, Tensor> inputs, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var parameter = trainer.System.Parameters[name];
        var before = parameter.detach().clone();
        Move(parameter, before + step);
        var loss = Learn(trainer, inputs, labels).Loss;
        Move(parameter, before);
        return loss;
    }

    private static void Move(Tensor parameter, Tensor value)
    {
        using var quiet = no_grad();
        parameter.copy_(value);
    }

    private static Gradients Learn(
        Trainer trainer,
        IReadOnlyDictionary<string, Tensor> inputs,
        Tensor labels,
        ProductRoute route = ProductRoute.Matrix
    )
    {
        using var dropout = new Generator(7, CPU);
        return trainer.System.Learn(new TrainingBatch(inputs, labels, null, trainer.Step, dropout, route));
    }
}
