using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Runs a model, with whatever is attached to it, over examples and hands the logits over as plain arrays.</summary>
public static class Predictor
{
    /// <summary>Predicts all examples, batch by batch.</summary>
    /// <param name="model">Its members are those of the result; a base with nothing attached is the only one.</param>
    /// <param name="examples">The examples; not augmented.</param>
    /// <param name="classNames">Names of the classes, or null.</param>
    /// <param name="withLabels">Whether the examples' labels go into the result; false for data of another task.</param>
    /// <param name="batchSize">Examples computed together; 1 or more. It does not change the result beyond rounding.</param>
    /// <param name="progress">Told how many examples are done; may be null.</param>
    /// <param name="cancellationToken">Tested between batches.</param>
    /// <returns>Logits [members, examples, classes] as arrays.</returns>
    /// <exception cref="ModelException">The examples do not fit the model, or the model has no head.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Predictions Predict(
        PredictiveModel model,
        LabeledExamples examples,
        IReadOnlyList<string>? classNames = null,
        bool withLabels = true,
        int batchSize = 128,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (examples.Count == 0)
        {
            throw new ModelException($"{examples.Name} has no examples to predict.");
        }

        int[][] batches = [.. InOrderOfLength(examples).Chunk(batchSize)];
        using var ahead = new BatchesAhead(examples, batches.Select(indices => (indices, (int?)null)));
        float[]? logits = null;
        var (members, classes, done) = (0, 0, 0);
        foreach (var indices in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var outputs = model.Forward(ahead.Next(cancellationToken).Inputs);
            var part = model.Members is null ? outputs.Logits.unsqueeze(0) : outputs.Logits; // [members, batch, classes]
            if (logits is null)
            {
                (members, classes) = ((int)part.size(0), (int)part.size(2));
                logits = new float[(long)members * examples.Count * classes];
            }

            Scatter(part.cpu().contiguous().data<float>().ToArray(), logits, members, examples.Count, classes, indices);
            progress?.Report(done += indices.Length);
        }

        int[]? labels = withLabels ? [.. Enumerable.Range(0, examples.Count).Select(examples.Label)] : null;
        return new Predictions(logits!, members, examples.Count, classes, labels, classNames);
    }

    /// <summary>Examples of like length together, so that little is padded.</summary>
    internal static IEnumerable<int> InOrderOfLength(LabeledExamples examples)
    {
        var lengths = new int[examples.Count];
        ParallelItems.For(lengths.Length, index => lengths[index] = examples.Length(index)); // which reads the texts
        return Enumerable.Range(0, lengths.Length).OrderBy(index => lengths[index]);
    }

    private static void Scatter(float[] part, float[] logits, int members, int examples, int classes, ReadOnlySpan<int> indices)
    {
        for (var member = 0; member < members; member++)
        {
            for (var i = 0; i < indices.Length; i++)
            {
                part.AsSpan(((member * indices.Length) + i) * classes, classes)
                    .CopyTo(logits.AsSpan(((member * examples) + indices[i]) * classes));
            }
        }
    }
}
