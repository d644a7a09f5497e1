using static TorchSharp.torch;

namespace LoRAEnsembleHub.Data;

/// <summary>Labelled examples in the form that a model takes, for training and evaluation.</summary>
public abstract class LabeledExamples
{
    /// <summary>What the data set is called.</summary>
    public abstract string Name { get; }

    /// <summary>Number of examples.</summary>
    public abstract int Count { get; }

    /// <summary>Class names by label.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of an example: 0 to the number of classes − 1.</summary>
    public abstract int Label(int index);

    /// <summary>How the examples become model inputs, as text; empty when they always do so alike.</summary>
    /// <remarks>A stopped training run is only continued with examples that say the same here.</remarks>
    public virtual string Preparation => "";

    /// <summary>Model inputs of some examples.</summary>
    /// <param name="indices">Which examples, in the order of the batch.</param>
    /// <param name="epoch">The pass that random changes are drawn for, or null for none (evaluation).</param>
    /// <returns>Tensors by transformers' input names, batch first, in the caller's scope.</returns>
    public abstract IReadOnlyDictionary<string, Tensor> Batch(ReadOnlySpan<int> indices, int? epoch);
}
