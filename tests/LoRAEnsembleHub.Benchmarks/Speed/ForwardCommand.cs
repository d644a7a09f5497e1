using System.CommandLine;
using LoRAEnsembleHub.Benchmarks.Subjects;
using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>All members' predictions by the library against a plain loop over members.</summary>
internal static class ForwardCommand
{
    private const float HighestDifference = 1e-3f;

    public static Command Create()
    {
        var command = new Command("forward", "Time of a prediction of all members of a ViT-B/16, against a plain loop over members");
        var options = new SpeedOptions(command, usualMembers: 16, usualBatch: 1);
        var python = new Option<string?>("--python")
        {
            Description = "Interpreter, such as python3, whose PyTorch is timed too; one without a fast BLAS takes many minutes",
        };
        command.Add(python);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var baseFolder = options.BaseFolder(parsed);
                var members = options.Members(parsed);
                var ensemble = $"{baseFolder}-m{members}-r8";
                await RandomVit.WriteAsync(baseFolder, cancellationToken).ConfigureAwait(false);
                await RandomMembers.WriteAsync(ensemble, baseFolder, members, cancellationToken).ConfigureAwait(false);
                var settings = new Settings(
                    options.Batch(parsed),
                    options.Rounds(parsed),
                    options.Bfloat16(parsed),
                    parsed.GetValue(python)
                );
                return await RunAsync(baseFolder, ensemble, settings, cancellationToken).ConfigureAwait(false) ? 0 : 1;
            }
        );
        return command;
    }

    private static async Task<bool> RunAsync(
        string baseFolder,
        string ensembleFolder,
        Settings settings,
        CancellationToken cancellationToken
    )
    {
        using var exact = Opened.Load(baseFolder, ensembleFolder, new ModelOptions());
        using var onnx = await OnnxEnsemble
            .LoadAsync($"{ensembleFolder}-onnx", exact.Model, exact.Ensemble, cancellationToken)
            .ConfigureAwait(false);
        using var pixels = randn(settings.Batch, 3, RandomVit.Pixels, RandomVit.Pixels);
        var file = $"{ensembleFolder}-pixels.safetensors";
        await TensorFile
            .WriteAsync(file, new Dictionary<string, Tensor> { ["pixel_values"] = pixels }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        using var pytorch = settings.Python is { } python
            ? PyTorchLoop.Start(python, baseFolder, ensembleFolder, get_num_threads(), file)
            : null;
        return Run(baseFolder, ensembleFolder, exact, onnx, pytorch, pixels, settings);
    }

    private static bool Run(
        string baseFolder,
        string ensembleFolder,
        Opened exact,
        OnnxEnsemble onnx,
        PyTorchLoop? pytorch,
        Tensor pixels,
        Settings settings
    )
    {
        var (batch, rounds, bfloat16, python) = settings;
        var inputs = new Dictionary<string, Tensor> { ["pixel_values"] = pixels };
        using var values = OnnxEnsemble.Value(pixels);
        using var matrix = Opened.Load(baseFolder, ensembleFolder, new ModelOptions { Route = ProductRoute.Matrix });
        using var convolution = Opened.Load(baseFolder, ensembleFolder, new ModelOptions { Route = ProductRoute.Convolution });
        using var blocked = Opened.Load(baseFolder, ensembleFolder, new ModelOptions { Route = ProductRoute.Blocked });
        var plain = new PlainVit(TensorFile.Read(Path.Combine(baseFolder, "model.safetensors")));
        var each = Directory
            .GetDirectories(ensembleFolder, "member-*")
            .Order(StringComparer.Ordinal)
            .Select(folder => PlainVit.Member(TensorFile.Read(Path.Combine(folder, "adapter_model.safetensors"))))
            .ToArray();
        Tensor Loop()
        {
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            return stack(each.Select(member => plain.Forward(pixels, member))).DetachFromDisposeScope();
        }

        using var expected = Loop();
        using var found = exact.Model.Forward(inputs);
        var difference = (expected - found.Logits).abs().max().item<float>();
        Rounds.Say($"ViT-B/16, {each.Length} members of rank 8, {batch} pictures, {get_num_threads()} threads; median of {rounds}.");
        Rounds.Say($"Logits of library and loop differ by {difference:g2} at most.");
        foreach (var logits in new[] { onnx.EachMerged(values), onnx.InOneGraph(values), onnx.WithAdaptersGiven(values) })
        {
            var other = expected.data<float>().Zip(logits, (one, two) => Math.Abs(one - two)).Max();
            Rounds.Say($"Logits of ONNX Runtime and loop differ by {other:g2} at most.");
            difference = Math.Max(difference, other);
        }

        if (pytorch is null)
        {
            Rounds.Say(
                $"PyTorch is not timed: {(python is null ? "--python names an interpreter that has it" : $"{python} is not there or has none")}."
            );
        }
        else
        {
            var other = expected.data<float>().Zip(pytorch.Logits(), (one, two) => Math.Abs(one - two)).Max();
            Rounds.Say($"Logits of PyTorch {pytorch.Version} and loop differ by {other:g2} at most.");
            difference = Math.Max(difference, other);
        }

        Rounds.Say($"The best that the machine does with the products of this model:");
        var roofline = Rounds.Print(Roofline.Subjects(), rounds);
        var whole = each.Length * batch * PlainVit.Flops();
        var flops = each.Length * batch * PlainVit.FlopsOfWhatIsRead();
        var subjects = new List<Subject>
        {
            new("plain TorchSharp, member by member", () => Loop().Dispose(), whole),
            new("ONNX Runtime, merged models in turn", () => onnx.EachMerged(values), flops),
            new("ONNX Runtime, all members in one graph", () => onnx.InOneGraph(values), flops),
            new("ONNX Runtime, adapters as inputs", () => onnx.WithAdaptersGiven(values), flops),
            new("library, float32, route by trial", () => exact.Model.Forward(inputs).Dispose(), flops),
            new("  one member at a time", () => exact.Model.Forward(inputs, new ForwardOptions { MemberChunk = 1 }).Dispose(), flops),
            new("  four members at a time", () => exact.Model.Forward(inputs, new ForwardOptions { MemberChunk = 4 }).Dispose(), flops),
            new("  all tokens to the end", () => exact.Model.Forward(inputs, new ForwardOptions { HiddenStates = true }).Dispose(), whole),
            new("library, float32, plain products", () => matrix.Model.Forward(inputs).Dispose(), flops),
            new("library, float32, 1 x 1 convolutions", () => convolution.Model.Forward(inputs).Dispose(), flops),
        };
        if (ProductTile.Best is not null)
        {
            subjects.Add(new Subject("library, float32, its own products", () => blocked.Model.Forward(inputs).Dispose(), flops));
            var four = new ForwardOptions { MemberChunk = 4 };
            subjects.Add(new Subject("  four members at a time", () => blocked.Model.Forward(inputs, four).Dispose(), flops));
        }

        using var rounded = bfloat16 ? Opened.Load(baseFolder, ensembleFolder, new ModelOptions { Dtype = ScalarType.BFloat16 }) : null;
        if (rounded is not null)
        {
            subjects.Add(new Subject("library, bfloat16", () => rounded.Model.Forward(inputs).Dispose(), flops));
        }

        if (pytorch is not null)
        {
            subjects.Insert(1, new Subject("PyTorch, member by member", pytorch.Run, whole) { Processor = () => pytorch.Used });
        }

        Rounds.Print(subjects, rounds, roofline);
        Rounds.Say($"GF/s count the products with frozen weights and the attention; all but the loop leave out what no head reads.");
        return difference <= HighestDifference;
    }

    private sealed record Settings(int Batch, int Rounds, bool Bfloat16, string? Python);

    /// <summary>A base with its members attached.</summary>
    private sealed record Opened(PretrainedModel Model, AdapterEnsemble Ensemble) : IDisposable
    {
        public static Opened Load(string baseFolder, string ensembleFolder, ModelOptions options)
        {
            var model = PretrainedModels.Load(baseFolder, options);
            var ensemble = AdapterEnsemble.Load(ensembleFolder, model);
            model.Attach(ensemble.Members);
            return new Opened(model, ensemble);
        }

        public void Dispose()
        {
            Model.Dispose();
            Ensemble.Dispose();
        }
    }
}
