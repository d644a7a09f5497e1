using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Predicts with as many members as each example needs: few for those that are clear, all for those that are not.</summary>
/// <remarks>
/// Members are computed a few at a time, in their order, and examples that need no more are left out of what follows. The prediction is the mean of the
/// probabilities of the members that answered. What members share up to the first block that they adapt is computed once for every few of them.
/// </remarks>
public static class AdaptivePredictor
{
    /// <summary>Predicts all examples, batch by batch.</summary>
    /// <param name="model">The base with its members attached.</param>
    /// <param name="examples">The examples; not augmented.</param>
    /// <param name="options">When an example needs no further members.</param>
    /// <param name="temperatures">[members]; what each member's logits are divided by, as its ensemble says; null for 1.</param>
    /// <param name="classNames">Names of the classes, or null.</param>
    /// <param name="batchSize">Examples computed together; 1 or more.</param>
    /// <param name="progress">Told how many examples are done; may be null.</param>
    /// <param name="cancellationToken">Tested between steps.</param>
    /// <exception cref="ModelException">Nothing is attached, or the examples do not fit the model.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AdaptivePredictions Predict(
        PretrainedModel model,
        LabeledExamples examples,
        AdaptiveOptions options,
        IReadOnlyList<double>? temperatures = null,
        IReadOnlyList<string>? classNames = null,
        int batchSize = 128,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        options.Checked();
        var members =
            model.Attached?.Count
            ?? throw new ModelException("No members are attached, so there is none to leave out. Attach an ensemble.");
        double[] heats = temperatures is null ? [.. Enumerable.Repeat(1.0, members)] : [.. temperatures];
        int[][] batches = [.. Predictor.InOrderOfLength(examples).Chunk(batchSize)];
        using var ahead = new BatchesAhead(examples, batches.Select(indices => (indices, (int?)null)));
        var answers = new ExampleAnswers[examples.Count];
        var done = 0;
        foreach (var indices in batches)
        {
            using var scope = NewDisposeScope();
            var batch = ahead.Next(cancellationToken).Inputs;
            foreach (var (place, answer) in Answer(model, batch, indices.Length, heats, options, cancellationToken).Index())
            {
                answers[indices[place]] = answer;
            }

            progress?.Report(done += indices.Length);
        }

        return Grouped(answers, heats, classNames);
    }

    private static ExampleAnswers[] Answer(
        PretrainedModel model,
        IReadOnlyDictionary<string, Tensor> batch,
        int count,
        double[] temperatures,
        AdaptiveOptions options,
        CancellationToken cancellationToken
    )
    {
        var answers = new ExampleAnswers[count];
        int[] open = [.. Enumerable.Range(0, count)];
        for (var first = 0; first < temperatures.Length && open.Length > 0; first += options.Step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var step = Math.Min(options.Step, temperatures.Length - first);
            var inputs = open.Length == count ? batch : Some(batch, open);
            using var outputs = model.Forward(inputs, new ForwardOptions { FirstMember = first, MemberCount = step });
            var (logits, classes) = (outputs.Logits.cpu().data<float>().ToArray(), (int)outputs.Logits.size(2));
            var predictions = new Predictions(logits, step, open.Length, classes).WithTemperature(temperatures[first..(first + step)]);
            for (var member = 0; member < step; member++)
            {
                var distributions = predictions.OfMember(member);
                for (var place = 0; place < open.Length; place++)
                {
                    var answer = answers[open[place]] ??= new ExampleAnswers(classes);
                    answer.Add(predictions.Logits(member, place), distributions.Of(place));
                }
            }

            var left = temperatures.Length - first - step;
            open = [.. open.Where(example => !answers[example].IsEnough(left, options.Tolerance))];
        }

        return answers;
    }

    private static Dictionary<string, Tensor> Some(IReadOnlyDictionary<string, Tensor> batch, int[] examples)
    {
        var chosen = tensor(Array.ConvertAll(examples, example => (long)example));
        return batch.ToDictionary(input => input.Key, input => input.Value.index_select(0, chosen));
    }

    private static AdaptivePredictions Grouped(ExampleAnswers[] answers, double[] temperatures, IReadOnlyList<string>? classNames)
    {
        var groups = new List<Predictions>();
        var places = new (int Group, int Place)[answers.Length];
        foreach (var group in answers.Index().GroupBy(answer => answer.Item.Members).OrderBy(group => group.Key))
        {
            (int Index, ExampleAnswers Item)[] rows = [.. group];
            double[] logits = [.. Enumerable.Range(0, group.Key).SelectMany(member => rows.SelectMany(row => row.Item.Logits[member]))]; // [members, examples, classes]
            foreach (var (place, row) in rows.Index())
            {
                places[row.Index] = (groups.Count, place);
            }

            groups.Add(
                Predictions
                    .FromDoubles(logits, group.Key, rows.Length, rows[0].Item.Logits[0].Length, null, classNames)
                    .WithTemperature(temperatures[..group.Key])
            );
        }

        return new AdaptivePredictions(groups, places);
    }

    /// <summary>What the members have said of one example.</summary>
    private sealed class ExampleAnswers(int classes)
    {
        private readonly RunningMean mean = new(classes);

        /// <summary>[members so far][classes].</summary>
        public List<double[]> Logits { get; } = [];

        public int Members => Logits.Count;

        public void Add(ReadOnlySpan<double> logits, ReadOnlySpan<double> probabilities)
        {
            Logits.Add(logits.ToArray());
            mean.Add(probabilities);
        }

        public bool IsEnough(int left, double? tolerance) => tolerance is { } most ? mean.Moved() <= most : mean.IsDecided(left);
    }
}
