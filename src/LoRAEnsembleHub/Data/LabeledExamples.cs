using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Data;

/// <summary>Labelled examples in the form that a model takes, for training and evaluation.</summary>
/// <remarks>
/// Batches are prepared ahead of the model on another thread, so everything may be asked from several threads at once; only <see cref="Arrays"/> is
/// not called twice at the same time.
/// </remarks>
public abstract class LabeledExamples
{
    /// <summary>The seed that <see cref="AtMost"/> draws with.</summary>
    public const long LimitSeed = 42;

    /// <summary>What the data set is called.</summary>
    public abstract string Name { get; }

    /// <summary>Number of examples; 1 or more.</summary>
    public abstract int Count { get; }

    /// <summary>Class names by label.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>Whether classes are known at all; texts without labels can be predicted and no more.</summary>
    public bool HasLabels => ClassNames.Count > 0;

    /// <summary>How the examples become model inputs, as text; empty when they always do so alike.</summary>
    /// <remarks>A stopped training run is only continued with examples that say the same here.</remarks>
    public virtual string Preparation => "";

    /// <summary>What users should know of the examples prepared so far, one sentence each, such as that a sound was resampled.</summary>
    public virtual IReadOnlyList<string> Remarks => [];

    /// <summary>The class of an example: 0 to the number of classes − 1; −1 where there are no labels.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public abstract int Label(int index);

    /// <summary>Where an example comes from: its file, or the place in the file that holds it.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public abstract string Source(int index);

    /// <summary>How long an example is, in whatever its model counts; examples of like length are predicted together.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <returns>0 where all are equally long.</returns>
    public virtual int Length(int index) => 0;

    /// <summary>The example to look at: the picture itself, or a picture of the sound; not augmented.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <returns>Null where there is nothing to look at.</returns>
    public virtual RgbImage? Picture(int index) => null;

    /// <summary>The example to read.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <returns>Null where there is nothing to read.</returns>
    public virtual string? Text(int index) => null;

    /// <summary>What was done to make an example the input of a model, a few words each; known once <see cref="Arrays"/> was asked for it.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public virtual IReadOnlyList<string> Facts(int index) => [];

    /// <summary>The same examples, each made worse before it is prepared.</summary>
    /// <param name="corruption">What is done to them; of <see cref="InputPipeline.Corruptions"/>.</param>
    /// <exception cref="NotSupportedException">There is no such corruption of examples of this kind.</exception>
    public virtual LabeledExamples Corrupted(Corruption corruption) =>
        throw new NotSupportedException($"{Name} cannot be corrupted by {corruption}: that is for pictures or sounds.");

    /// <summary>Model inputs of some examples as plain arrays.</summary>
    /// <param name="indices">Which examples, in the order of the batch; one or more.</param>
    /// <param name="epoch">The pass that random changes are drawn for, or null for none (evaluation).</param>
    /// <returns>One array per input, batch first.</returns>
    public abstract IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch);

    /// <summary>Model inputs of some examples.</summary>
    /// <param name="indices">Which examples, in the order of the batch; one or more.</param>
    /// <param name="epoch">The pass that random changes are drawn for, or null for none (evaluation).</param>
    /// <returns>Tensors by transformers' input names, batch first, in the caller's scope.</returns>
    public IReadOnlyDictionary<string, Tensor> Batch(ReadOnlySpan<int> indices, int? epoch) => ToTensors(Arrays(indices, epoch));

    /// <summary>Tensors of prepared arrays by their names, in the caller's scope.</summary>
    internal static IReadOnlyDictionary<string, Tensor> ToTensors(IEnumerable<InputArray> arrays) =>
        arrays.ToDictionary(array => array.Name, array => array.ToTensor(), StringComparer.Ordinal);

    /// <summary>The number of examples of each class.</summary>
    /// <returns>[classes]; what <see cref="ClassWeights"/> needs.</returns>
    public int[] CountPerClass()
    {
        var counts = new int[ClassNames.Count];
        for (var index = 0; index < Count; index++)
        {
            if (Label(index) is >= 0 and var label)
            {
                counts[label]++;
            }
        }

        return counts;
    }

    /// <summary>The whole set, or so many examples of it drawn with one fixed seed, so that figures can be compared.</summary>
    /// <param name="count">At most so many, 1 or more; null takes all. Drawn over the whole set, because many are sorted by class.</param>
    public LabeledExamples AtMost(int? count) => count is { } most && most < Count ? Subset(most, LimitSeed) : this;

    /// <summary>A view of some examples drawn at random, kept in the order of this set.</summary>
    /// <param name="count">How many: 1 … <see cref="Count"/>.</param>
    /// <param name="seed">The same seed draws the same examples; a larger count with it adds to a smaller one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The set does not hold that many examples.</exception>
    public LabeledExamples Subset(int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        var random = new SeededRandom(seed);
        var chosen = random.NextPermutation(Count)[..count];
        Array.Sort(chosen);
        return new ExampleView(this, chosen);
    }
}
