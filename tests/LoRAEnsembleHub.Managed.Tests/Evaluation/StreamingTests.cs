using CsCheck;
using LoRAEnsembleHub.Evaluation;
using static LoRAEnsembleHub.Managed.Tests.Evaluation.GoldenMetrics;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class StreamingTests
{
    private static readonly StreamingOptions Everything = new() { Pairs = true };

    [Fact]
    public void Batches_of_any_size_give_the_figures_of_one_piece() =>
        Gen.Select(RandomPredictions.Any, Gen.Int[1, 5])
            .Sample((predictions, size) => Same(predictions, Streamed(predictions, size, Everything), predictions.Labels!));

    [Fact]
    public void The_golden_cases_give_the_same_in_batches()
    {
        foreach (var name in PredictionCases())
        {
            var file = Read(name);
            var predictions = Predictions(file.GetProperty("logits"), file.GetProperty("labels"));
            Same(predictions, Streamed(predictions, 7, Everything), predictions.Labels!);
        }
    }

    [Fact]
    public void Floats_and_temperatures_are_taken_as_predictions_take_them()
    {
        float[] logits = [1, 2, 3, .5f, 0, -1, 3, 1, 2, 0, .25f, 0];
        var predictions = new Predictions(logits, 2, 2, 3, [0, 1]).WithTemperature([0.5, 3]);
        var stream = new StreamingEvaluation(2, 3, new StreamingOptions { Temperatures = [0.5, 3] });
        stream.Add(logits, [0, 1]);
        Assert.Equal(EvaluationSummary.From(predictions).ToJson(), stream.Summary().ToJson());
    }

    [Fact]
    public void Without_labels_uncertainties_and_pairs_are_still_there()
    {
        var predictions = new Predictions([1, 2, 3, .5f, 0, -1, 3, 1, 2, 0, .25f, 0], 2, 2, 3);
        var stream = Streamed(predictions, 1, Everything);
        Assert.Equal(Uncertainty.Of(predictions).MutualInformation, stream.MutualInformation);
        Assert.Equal(MemberPair.Of(predictions), stream.Pairs());
        Assert.Contains(
            "no labels",
            Assert.Throws<InvalidOperationException>(() => stream.Scores(Aggregation.MeanLogit)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Streams_are_told_from_strange_streams_as_arrays_are()
    {
        var file = Read("typical");
        var inside = Predictions(file.GetProperty("logits"), null);
        var outside = Predictions(file.GetProperty("out_of_distribution_logits"), null);
        Assert.Equal(
            OutOfDistribution.Of(inside, outside),
            OutOfDistribution.Of(Streamed(inside, 9, Everything), Streamed(outside, 4, Everything))
        );
    }

    [Fact]
    public void A_batch_that_is_refused_leaves_nothing_behind()
    {
        var stream = new StreamingEvaluation(2, 3);
        stream.Add(new float[12], [0, 2]);
        var before = stream.Summary().ToJson();
        Refused("7 logits given; 2 members × 3 classes need a multiple of 6", () => stream.Add(new float[7], [0]));
        Refused("0 logits given", () => stream.Add(Array.Empty<float>(), []));
        Refused("member 1, example 3, class 2", () => stream.Add([.. new float[11], float.NegativeInfinity], [0, 0]));
        Refused("The label of example 3 is 3", () => stream.Add(new double[12], [0, 3]));
        Refused("1 labels given for 2 examples", () => stream.Add(new double[12], [0]));
        Assert.Contains(
            "for all batches or for none",
            Assert.Throws<InvalidOperationException>(() => stream.Add(new double[12], [])).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(2, stream.Examples);
        Assert.Equal(before, stream.Summary().ToJson());
    }

    [Fact]
    public void What_was_never_gathered_is_refused_with_the_option_that_would()
    {
        var stream = new StreamingEvaluation(2, 3, new StreamingOptions { ClasswiseBins = 0 });
        Assert.Contains("No batch", Assert.Throws<InvalidOperationException>(stream.Summary).Message, StringComparison.Ordinal);
        stream.Add(new float[6], [0]);
        Assert.Contains("Pairs", Assert.Throws<InvalidOperationException>(stream.Pairs).Message, StringComparison.Ordinal);
        Assert.Contains(
            "ClasswiseBins",
            Assert.Throws<InvalidOperationException>(() => stream.ClasswiseEce(Aggregation.MeanLogit)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Memory_grows_by_numbers_per_example_not_by_logits()
    {
        const int Members = 8;
        const int Classes = 500;
        const int Batches = 64;
        var (batch, labels) = (new float[Members * 8 * Classes], new int[8]);
        var stream = new StreamingEvaluation(Members, Classes);
        for (var at = 0; at < batch.Length; at++)
        {
            batch[at] = (float)Math.Sin(at);
        }

        stream.Add(batch, labels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < Batches; index++)
        {
            stream.Add(batch, labels);
        }

        // Some 130 bytes an example, thrice over for lists that double, against 16,000 bytes of logits.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Batches * batch.Length * sizeof(float) / 30);
        Assert.Equal(8 * (Batches + 1), stream.Examples);
    }

    private static StreamingEvaluation Streamed(Predictions predictions, int size, StreamingOptions options)
    {
        var stream = new StreamingEvaluation(predictions.Members, predictions.Classes, options);
        for (var start = 0; start < predictions.Examples; start += size)
        {
            var part = predictions.Take(start..Math.Min(start + size, predictions.Examples));
            var logits = Enumerable
                .Range(0, part.Members * part.Examples)
                .SelectMany(row => part.Logits(row / part.Examples, row % part.Examples).ToArray())
                .ToArray();
            stream.Add(logits, part.Labels?.ToArray() ?? []);
        }

        return stream;
    }

    private static void Same(Predictions predictions, StreamingEvaluation stream, IReadOnlyList<int> labels)
    {
        Assert.Equal(EvaluationSummary.From(predictions).ToJson(), stream.Summary().ToJson());
        var uncertainty = Uncertainty.Of(predictions);
        Assert.Equal(uncertainty.PredictiveEntropy, stream.PredictiveEntropy);
        Assert.Equal(uncertainty.MeanMemberEntropy, stream.MeanMemberEntropy);
        Assert.Equal(uncertainty.MutualInformation, stream.MutualInformation);
        Assert.Equal(uncertainty.MeanVariance, stream.Summary().MeanVariance);
        Assert.Equal(Disagreement.Of(predictions), stream.Summary().Disagreement);
        Assert.Equal(MemberPair.Of(predictions), stream.Pairs());
        if (predictions.Members > 1)
        {
            Assert.Equal(MemberDistance.Of(predictions), stream.Pairs().Average(pair => pair.Distance), 1e-12);
            Assert.Equal(Disagreement.Of(predictions), stream.Pairs().Average(pair => pair.Disagreement), 1e-12);
        }

        foreach (var aggregation in Enum.GetValues<Aggregation>())
        {
            var p = predictions.Aggregate(aggregation);
            var scores = stream.Scores(aggregation);
            var summary = aggregation == Aggregation.MeanLogit ? stream.Summary().MeanLogit : stream.Summary().MeanProbability;
            Assert.Equal(NegativeLogLikelihood.Of(p, labels), summary.NegativeLogLikelihood);
            Assert.Equal(Brier.Of(p, labels), summary.Brier);
            Assert.Equal(Accuracy.Of(p, labels), summary.Accuracy);
            Assert.Equal(MacroScores.Of(p, labels).F1, summary.MacroF1);
            Assert.Equal(Ece.Of(p, labels, 10), summary.Ece10);
            Assert.Equal(Ece.Of(p, labels, 15), summary.Ece15);
            Assert.Equal(Ece.Of(p, labels, 4), Ece.Of(scores, 4));
            Assert.Equal(AdaptiveEce.Of(p, labels, 3), AdaptiveEce.Of(scores, 3));
            Assert.Equal(ClasswiseEce.Of(p, labels), stream.ClasswiseEce(aggregation));
            Assert.Equal(TopAccuracy.Of(p, labels, 2), TopAccuracy.Of(scores, 2));
            Assert.Equal(ReliabilityBin.Of(p, labels, 10), ReliabilityBin.Of(scores, 10));
            Assert.Equal(ClassScores.Of(p, labels), stream.ClassScores(aggregation));
        }
    }

    private static void Refused(string expected, Action action) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
