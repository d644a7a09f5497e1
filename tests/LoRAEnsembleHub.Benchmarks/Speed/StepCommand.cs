using System.CommandLine;
using LoRAEnsembleHub.Benchmarks.Subjects;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using LoRAEnsembleHub.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>One update of all members by the library against a plain loop over members with torch's own Adam.</summary>
internal static class StepCommand
{
    private const int Rank = 8;
    private const int Classes = 10;

    public static Command Create()
    {
        var command = new Command("step", "Time of a training step of all members of a ViT-B/16, against a plain loop over members");
        var options = new SpeedOptions(command, usualMembers: 4, usualBatch: 4);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var baseFolder = options.BaseFolder(parsed);
                await RandomVit.WriteAsync(baseFolder, cancellationToken).ConfigureAwait(false);
                Run(baseFolder, options.Members(parsed), options.Batch(parsed), options.Rounds(parsed), options.Bfloat16(parsed));
            }
        );
        return command;
    }

    private static void Run(string baseFolder, int members, int batch, int rounds, bool bfloat16)
    {
        var examples = new RandomPictures(2 * batch);
        Rounds.Say($"ViT-B/16, {members} members of rank {Rank}, {batch} pictures, {get_num_threads()} threads; median of {rounds}.");
        using var exact = PretrainedModels.Load(baseFolder);
        var settings = new TrainingOptions
        {
            Members = members,
            Rank = Rank,
            Steps = 1_000_000,
            BatchSize = batch,
        };
        using var trainer = new Trainer(exact, settings, examples);
        // forward, and back to the inputs of every product but not to the frozen weights
        var flops = 2 * members * batch * PlainVit.Flops();
        var subjects = new List<Subject>
        {
            new("plain TorchSharp, member by member", PlainStep(baseFolder, members, batch, examples), flops),
            new("library, float32", () => trainer.Update(), flops),
        };
        using var rounded = bfloat16 ? PretrainedModels.Load(baseFolder, new ModelOptions { Dtype = ScalarType.BFloat16 }) : null;
        using var other = rounded is null ? null : new Trainer(rounded, settings with { BaseDtype = BaseDtype.Bf16 }, examples);
        if (other is not null)
        {
            subjects.Add(new Subject("library, bfloat16 base", () => other.Update(), flops));
        }

        Rounds.Print(subjects, rounds);
    }

    /// <summary>A step of the loop; the first block needs no gradient of its input, as in the library.</summary>
    private static Action PlainStep(string baseFolder, int members, int batch, RandomPictures examples)
    {
        var weights = TensorFile.Read(Path.Combine(baseFolder, "model.safetensors"));
        var vit = new PlainVit(weights);
        var each = Enumerable.Range(0, members).Select(_ => Fresh()).ToArray();
        var parameters = each.SelectMany(member => member.Values).Cast<Parameter>().ToArray();
        var optimizer = optim.Adam(parameters, 1e-4);
        int[] indices = [.. Enumerable.Range(0, batch)];
        var pixels = examples.Batch(indices, null)["pixel_values"];
        var labels = tensor(indices.Select(index => (long)examples.Label(index)).ToArray());
        return () =>
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            foreach (var member in each)
            {
                (nn.functional.cross_entropy(vit.Forward(pixels, member), labels) / members).backward();
            }

            nn.utils.clip_grad_norm_(parameters, 1.0);
            optimizer.step();
        };
    }

    private static Dictionary<string, Tensor> Fresh()
    {
        var member = new Dictionary<string, Tensor>
        {
            ["classifier.weight"] = new Parameter(randn(Classes, 768) * 0.02),
            ["classifier.bias"] = new Parameter(zeros(Classes)),
        };
        foreach (var site in PlainVit.Sites)
        {
            member.Add($"{site}.lora_A.weight", new Parameter(randn(Rank, 768) * 0.5));
            member.Add($"{site}.lora_B.weight", new Parameter(zeros(768, Rank)));
        }

        return member;
    }
}
