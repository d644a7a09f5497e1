using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>An ordered set of images, each with one class label, read one by one.</summary>
/// <remarks>Sets never change after they are opened, so reading from several threads is safe when the decoder given is.</remarks>
public abstract class LabeledImages
{
    /// <summary>What to call the set in messages and reports: data set and split, as in <c>fashion-mnist/test</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The number of images; 1 or more.</summary>
    public abstract int Count { get; }

    /// <summary>The name of each class; a label is an index into this list.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of one image.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <returns>An index into <see cref="ClassNames"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public abstract int Label(int index);

    /// <summary>Reads one image at its own size.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <returns>A fresh image; grey is repeated over red, green and blue.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public abstract RgbImage Read(int index);

    /// <summary>Where one image comes from: its file, or <c>file#index</c> where a file holds many.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public abstract string Source(int index);

    /// <summary>The number of images of each class.</summary>
    /// <returns>[classes]; what <see cref="ClassWeights"/> needs.</returns>
    public int[] CountPerClass()
    {
        var counts = new int[ClassNames.Count];
        for (var index = 0; index < Count; index++)
        {
            counts[Label(index)]++;
        }

        return counts;
    }

    /// <summary>A view of some images drawn at random, kept in the order of this set.</summary>
    /// <param name="count">How many: 1 … <see cref="Count"/>.</param>
    /// <param name="seed">The same seed draws the same images; a larger count with it adds to a smaller one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The set does not hold that many images.</exception>
    public LabeledImages Subset(int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        var random = new SeededRandom(seed);
        var chosen = random.NextPermutation(Count)[..count];
        Array.Sort(chosen);
        return new ImageView(this, chosen);
    }

    /// <summary>A view of a run of images.</summary>
    /// <param name="range">Which ones, as in <c>..100</c> or <c>^20..</c>; at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or leaves the set.</exception>
    public LabeledImages Take(Range range)
    {
        var (start, count) = range.GetOffsetAndLength(Count);
        if (count == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(range), $"{range} of the {Count} images of {Name} is empty; take at least one.");
        }

        return new ImageView(this, [.. Enumerable.Range(start, count)]);
    }
}
