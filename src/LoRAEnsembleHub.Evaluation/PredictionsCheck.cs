using System.Numerics;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>What predictions must fulfil where they enter, said with what was found and needed.</summary>
internal static class PredictionsCheck
{
    internal static void Sizes(int logits, int members, int examples, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var needed = (Int128)members * examples * classes;
        if (logits != needed)
        {
            throw new ArgumentException(
                $"{logits} logits given; {members} members × {examples} examples × {classes} classes need {needed}.",
                nameof(logits)
            );
        }
    }

    internal static void Content(Predictions predictions, double[] logits)
    {
        var (examples, classes) = (predictions.Examples, predictions.Classes);
        Finite<double>(logits, examples, classes, 0);

        if (predictions.Labels is { } labels)
        {
            Labels(labels, examples, classes);
        }

        if (predictions.ClassNames is { } names)
        {
            Names(names, classes);
        }
    }

    private static void Names(IReadOnlyList<string> classNames, int classes)
    {
        if (classNames.Count != classes)
        {
            throw new ArgumentException(
                $"{classNames.Count} class names given for {classes} classes; every class needs one.",
                nameof(classNames)
            );
        }
    }

    /// <summary>Checks a batch before anything of it is used.</summary>
    /// <returns>The number of examples in it.</returns>
    internal static int Batch<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int members, int classes, int before)
        where T : struct, IFloatingPointIeee754<T>
    {
        var perExample = (long)members * classes;
        if (logits.IsEmpty || logits.Length % perExample != 0)
        {
            throw new ArgumentException(
                $"{logits.Length} logits given; {members} members × {classes} classes need a multiple of {perExample}, at least one example.",
                nameof(logits)
            );
        }

        var batch = (int)(logits.Length / perExample);
        Finite(logits, batch, classes, before);
        if (!labels.IsEmpty)
        {
            Labels(labels.ToArray(), batch, classes, before);
        }

        return batch;
    }

    internal static void Labels(IReadOnlyList<int> labels, int examples, int classes, int before = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != examples)
        {
            throw new ArgumentException($"{labels.Count} labels given for {examples} examples; every example needs one.", nameof(labels));
        }

        for (var example = 0; example < examples; example++)
        {
            if (labels[example] < 0 || labels[example] >= classes)
            {
                throw new ArgumentException(
                    $"The label of example {before + example} is {labels[example]}; with {classes} classes it must be 0 … {classes - 1}.",
                    nameof(labels)
                );
            }
        }
    }

    internal static void Temperatures(IReadOnlyList<double> temperatures, int members)
    {
        ArgumentNullException.ThrowIfNull(temperatures);
        if (temperatures.Count != members)
        {
            throw new ArgumentException(
                $"{temperatures.Count} temperatures given for {members} members; give one number, or one per member.",
                nameof(temperatures)
            );
        }

        foreach (var temperature in temperatures)
        {
            if (!double.IsFinite(temperature) || temperature <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(temperatures), temperature, "A temperature must be a finite number above 0.");
            }
        }
    }

    private static void Finite<T>(ReadOnlySpan<T> logits, int examples, int classes, int before)
        where T : struct, IFloatingPointIeee754<T>
    {
        var odd = Lanes.FirstOdd(logits);
        if (odd >= 0)
        {
            throw new ArgumentException(
                $"The logit of member {odd / classes / examples}, example {before + (odd / classes % examples)}, class {odd % classes} "
                    + $"is {logits[odd]}; every logit must be finite. Look for a diverged member or a broken input.",
                nameof(logits)
            );
        }
    }

    internal static void Index(int index, int count, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count, name);
    }
}
