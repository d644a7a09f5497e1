using System.Runtime.CompilerServices;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>What every metric needs of its input.</summary>
internal static class MetricInput
{
    /// <summary>Refuses labels that do not fit the probabilities.</summary>
    internal static void Check(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        PredictionsCheck.Labels(labels, probabilities.Examples, probabilities.Classes);
    }

    /// <summary>Refuses lists that do not belong together.</summary>
    internal static void SameLength<T, TOther>(
        IReadOnlyList<T> first,
        IReadOnlyList<TOther> second,
        [CallerArgumentExpression(nameof(first))] string firstName = "",
        [CallerArgumentExpression(nameof(second))] string secondName = ""
    )
    {
        ArgumentNullException.ThrowIfNull(first, firstName);
        ArgumentNullException.ThrowIfNull(second, secondName);
        if (first.Count != second.Count)
        {
            throw new ArgumentException(
                $"{firstName} has {first.Count} entries and {secondName} {second.Count}; both need one for each example.",
                secondName
            );
        }
    }

    /// <summary>Refuses an empty list of scores, or one with something in it that has no order.</summary>
    internal static void Check(IReadOnlyList<double> scores, string name)
    {
        ArgumentNullException.ThrowIfNull(scores, name);
        if (scores.Count == 0)
        {
            throw new ArgumentException($"{name} holds no scores; one or more are needed.", name);
        }

        for (var index = 0; index < scores.Count; index++)
        {
            if (double.IsNaN(scores[index]))
            {
                throw new ArgumentException($"Score {index} of {name} is not a number; scores are compared by size.", name);
            }
        }
    }

    /// <summary>Refuses an empty list of scores, or one with something in it that cannot be summed.</summary>
    internal static void CheckFinite(IReadOnlyList<double> scores, string name)
    {
        Check(scores, name);
        for (var index = 0; index < scores.Count; index++)
        {
            if (double.IsInfinity(scores[index]))
            {
                throw new ArgumentException($"Score {index} of {name} is {scores[index]}; scores that are summed must be finite.", name);
            }
        }
    }
}
