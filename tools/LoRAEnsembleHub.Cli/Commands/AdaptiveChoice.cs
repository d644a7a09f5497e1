using System.Globalization;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The value of <c>--adaptive</c>.</summary>
internal static class AdaptiveChoice
{
    private const string Exact = "exact";

    /// <summary>When inputs need no further members; null where all members are to be computed.</summary>
    /// <param name="text">The value, or null.</param>
    /// <param name="request">What is computed with.</param>
    /// <exception cref="CommandException">It is no such value, or there is no ensemble.</exception>
    public static AdaptiveOptions? Read(string? text, ModelRequest request)
    {
        if (text is null)
        {
            return null;
        }

        if (request.Ensemble is null)
        {
            throw CommandException.Usage("--adaptive leaves out members of an ensemble; give --ensemble.");
        }

        if (text == Exact)
        {
            return new AdaptiveOptions();
        }

        return double.TryParse(text, CultureInfo.InvariantCulture, out var tolerance) && tolerance is > 0 and < 1
            ? new AdaptiveOptions { Tolerance = tolerance }
            : throw CommandException.Usage($"--adaptive is {text}; it must be {Exact}, or a number above 0 and below 1, such as 0.01.");
    }

    /// <summary>Refuses ensembles whose prediction is no mean of probabilities, and those that share no base.</summary>
    /// <exception cref="CommandException">The ensemble is one.</exception>
    public static void RefuseFor(AdaptiveOptions? options, LoadedModel loaded)
    {
        if (options is not null && loaded.Model is not PretrainedModel)
        {
            throw CommandException.Usage("--adaptive is for members on one base; this ensemble consists of whole networks.");
        }

        if (options is not null && loaded.Aggregation != Aggregation.MeanProbability)
        {
            throw CommandException.Usage(
                "--adaptive is for ensembles whose prediction is the mean of the members' probabilities; this one takes the mean of their logits, which has no bound."
            );
        }
    }
}
