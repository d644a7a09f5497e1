namespace LoRAEnsembleHub.Evaluation;

/// <summary>What predictions must fulfil where they enter, said with what was found and needed.</summary>
internal static class PredictionsCheck
{
    internal static void Sizes(int logitCount, int members, int examples, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var needed = (Int128)members * examples * classes;
        if (logitCount != needed)
        {
            throw new ArgumentException(
                $"{logitCount} logits given; {members} members × {examples} examples × {classes} classes need {needed}.",
                nameof(logitCount)
            );
        }
    }

    internal static void Content(Predictions predictions, double[] logits)
    {
        var (examples, classes) = (predictions.Examples, predictions.Classes);
        var odd = Array.FindIndex(logits, logit => !double.IsFinite(logit));
        if (odd >= 0)
        {
            throw new ArgumentException(
                $"The logit of member {odd / classes / examples}, example {odd / classes % examples}, class {odd % classes} is {logits[odd]}; "
                    + "every logit must be finite. Look for a diverged member or a broken input.",
                nameof(logits)
            );
        }

        if (predictions.Labels is { } labels)
        {
            Labels(labels, examples, classes);
        }

        if (predictions.ClassNames is { } names && names.Count != classes)
        {
            throw new ArgumentException(
                $"{names.Count} class names given for {classes} classes; every class needs one.",
                nameof(predictions)
            );
        }
    }

    internal static void Labels(IReadOnlyList<int> labels, int examples, int classes)
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
                    $"The label of example {example} is {labels[example]}; with {classes} classes it must be 0 … {classes - 1}.",
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

    internal static void Index(int index, int count, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count, name);
    }
}
