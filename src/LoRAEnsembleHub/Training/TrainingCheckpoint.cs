using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The state of a run as one safetensors file: parameters, both moments, snapshots, the number of updates, and their log.</summary>
/// <remarks>Order of examples, augmentation and dropout are functions of seed and update, so they need no state.</remarks>
internal static class TrainingCheckpoint
{
    private const string Format = "lora-ensemble-checkpoint-1";

    /// <summary>Writes the file aside and renames it, so that a kill at any moment leaves the old or the new one.</summary>
    public static Task WriteAsync(string path, Trainer trainer, string fingerprint, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["checkpoint"] = Format,
            ["fingerprint"] = fingerprint,
            ["route"] = trainer.Route.ToString(),
            ["step"] = trainer.Step.ToString(CultureInfo.InvariantCulture),
            ["log"] = trainer.Recorder.State,
        };
        return TensorFile.WriteAsync(path, State(trainer, trainer.Step), metadata, cancellationToken);
    }

    /// <summary>Reads the file into a trainer.</summary>
    /// <returns>The number of updates done, the route that their products took, and their log.</returns>
    /// <exception cref="TrainingException">It is no checkpoint of this run; nothing was changed.</exception>
    public static (int Step, ProductRoute Route, TrainingLogRecorder Recorder) Read(string path, Trainer trainer, string fingerprint)
    {
        var metadata = Metadata(path);
        if (
            metadata.GetValueOrDefault("checkpoint") != Format
            || !int.TryParse(metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out var step)
            || !Enum.TryParse<ProductRoute>(metadata.GetValueOrDefault("route", nameof(ProductRoute.Matrix)), out var route)
        )
        {
            throw new TrainingException($"{path} is not a checkpoint of this program. Choose another output, or start anew.");
        }

        if (metadata.GetValueOrDefault("fingerprint") != fingerprint)
        {
            throw new TrainingException(
                $"{path} belongs to a run with other settings, data, image preparation or base weights, so it cannot be continued by this "
                    + "one. Use the settings of that run, choose another output, or start anew."
            );
        }

        var recorder =
            trainer.Recorder.Resumed(metadata.GetValueOrDefault("log"), step)
            ?? throw new TrainingException($"{path} is damaged: its log makes no sense. Choose another output, or start anew.");
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tensors = TensorFile.Read(path);
        try
        {
            Restore(path, tensors, State(trainer, step).ToList());
            return (step, route, recorder);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
    }

    /// <summary>A hash over everything that decides how a run goes on.</summary>
    public static string Fingerprint(TrainingOptions options, BaseIdentity identity, LabeledExamples examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // how often checkpoints are written has no influence on the result
        hash.AppendData(Encoding.UTF8.GetBytes((options with { CheckpointSteps = 1 }).ToJson()));
        foreach (var (name, file) in identity.Files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {file.Sha256}\n"));
        }

        hash.AppendData(Encoding.UTF8.GetBytes($"{examples.Name}\n{examples.Preparation}\n{string.Join('\n', examples.ClassNames)}\n"));
        Span<byte> label = stackalloc byte[4];
        for (var index = 0; index < examples.Count; index++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(label, examples.Label(index));
            hash.AppendData(label);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The trainer's own tensors by their names in the file.</summary>
    private static IEnumerable<KeyValuePair<string, Tensor>> State(Trainer trainer, int step) =>
        trainer
            .System.Parameters.Select(entry => KeyValuePair.Create($"parameter.{entry.Key}", entry.Value))
            .Concat(trainer.Optimizer.Moments.Select(entry => KeyValuePair.Create($"first.{entry.Key}", entry.Value.First)))
            .Concat(trainer.Optimizer.Moments.Select(entry => KeyValuePair.Create($"second.{entry.Key}", entry.Value.Second)))
            .Concat(trainer.System.Kept(step));

    /// <summary>Copies the numbers of a file over the state they belong to, once all of them are known to fit.</summary>
    private static void Restore(string path, IReadOnlyDictionary<string, Tensor> stored, List<KeyValuePair<string, Tensor>> state)
    {
        foreach (var (name, tensor) in state)
        {
            if (!stored.TryGetValue(name, out var found) || found.dtype != tensor.dtype || !found.shape.SequenceEqual(tensor.shape))
            {
                throw new TrainingException(
                    $"{path} is damaged: {name} is {(found is null ? "missing" : $"{found.dtype} [{string.Join(", ", found.shape)}]")}; needed "
                        + $"is {tensor.dtype} [{string.Join(", ", tensor.shape)}]. Choose another output, or start anew."
                );
            }
        }

        foreach (var (name, tensor) in state)
        {
            tensor.copy_(stored[name]);
        }
    }

    private static IReadOnlyDictionary<string, string> Metadata(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Metadata ?? new Dictionary<string, string>();
    }
}
