using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>An ordered set of items, each with one class label, read one by one.</summary>
/// <typeparam name="T">What an item is: a picture, a sound, a text.</typeparam>
/// <remarks>Sets never change after they are opened, so reading from several threads is safe when the decoder given is.</remarks>
public abstract class LabeledData<T>
{
    /// <summary>What to call the set in messages and reports: data set and split, as in <c>fashion-mnist/test</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The number of items; 1 or more.</summary>
    public abstract int Count { get; }

    /// <summary>The name of each class; a label is an index into this list.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of one item.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <returns>An index into <see cref="ClassNames"/>; −1 where the items have no labels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public abstract int Label(int index);

    /// <summary>Reads one item as it is: a picture at its own size, a sound at its own rate.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public abstract T Read(int index);

    /// <summary>Where one item comes from: its file, or <c>file#index</c> or <c>file(line)</c> where a file holds many.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public abstract string Source(int index);

    /// <summary>The place of an item, once it is known to be there.</summary>
    private protected int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }

    /// <summary>The number of items of each class.</summary>
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

    /// <summary>A view of some items drawn at random, kept in the order of this set.</summary>
    /// <param name="count">How many: 1 … <see cref="Count"/>.</param>
    /// <param name="seed">The same seed draws the same items; a larger count with it adds to a smaller one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The set does not hold that many items.</exception>
    public LabeledData<T> Subset(int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        var random = new SeededRandom(seed);
        var chosen = random.NextPermutation(Count)[..count];
        Array.Sort(chosen);
        return new DataView<T>(this, chosen);
    }

    /// <summary>A view of a run of items.</summary>
    /// <param name="range">Which ones, as in <c>..100</c> or <c>^20..</c>; at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or leaves the set.</exception>
    public LabeledData<T> Take(Range range)
    {
        var (start, count) = range.GetOffsetAndLength(Count);
        if (count == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(range), $"{range} of the {Count} items of {Name} is empty; take at least one.");
        }

        return new DataView<T>(this, [.. Enumerable.Range(start, count)]);
    }
}
