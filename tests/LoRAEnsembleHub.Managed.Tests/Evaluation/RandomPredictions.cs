using CsCheck;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

/// <summary>Predictions of any small size, from unsure to certain, with labels.</summary>
internal static class RandomPredictions
{
    public static readonly Gen<Predictions> Any = Of(Gen.Int[1, 5]);

    public static readonly Gen<Predictions> OneMember = Of(Gen.Const(1));

    private static Gen<Predictions> Of(Gen<int> memberCounts) =>
        from members in memberCounts
        from examples in Gen.Int[1, 12]
        from classes in Gen.Int[2, 6]
        from scale in Gen.OneOf(Gen.Const(0f), Gen.Const(1f), Gen.Const(10f), Gen.Const(300f))
        from logits in Gen.Float[-1, 1].Array[members * examples * classes]
        from labels in Gen.Int[0, classes - 1].Array[examples]
        select new Predictions(Array.ConvertAll(logits, logit => logit * scale), members, examples, classes, labels);

    /// <summary>The same ensemble with its members in the opposite order.</summary>
    public static Predictions Reversed(Predictions predictions)
    {
        var logits = Enumerable
            .Range(0, predictions.Members)
            .Reverse()
            .SelectMany(member =>
                Enumerable.Range(0, predictions.Examples).SelectMany(example => predictions.Logits(member, example).ToArray())
            );
        return Predictions.FromDoubles(
            logits.ToArray(),
            predictions.Members,
            predictions.Examples,
            predictions.Classes,
            predictions.Labels
        );
    }

    /// <summary>An ensemble of copies of the first member.</summary>
    public static Predictions Repeated(Predictions predictions, int members)
    {
        var one = Enumerable.Range(0, predictions.Examples).SelectMany(example => predictions.Logits(0, example).ToArray()).ToArray();
        var logits = Enumerable.Repeat(one, members).SelectMany(copy => copy).ToArray();
        return Predictions.FromDoubles(logits, members, predictions.Examples, predictions.Classes, predictions.Labels);
    }

    public static double[] Numbers(EvaluationScores scores) =>
        [scores.Accuracy, scores.MacroF1, scores.NegativeLogLikelihood, scores.Brier, scores.Ece10, scores.Ece15, scores.MeanEntropy];

    public static void Same(EvaluationScores expected, EvaluationScores actual) =>
        Assert.All(
            Numbers(expected).Zip(Numbers(actual)),
            pair => Assert.Equal(pair.First, pair.Second, 1e-9 * Math.Max(1, Math.Abs(pair.First)))
        );
}
