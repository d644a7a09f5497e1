namespace LoRAEnsembleHub.Evaluation;

/// <summary>The logits of every ensemble member on every example, with the true labels if they are known.</summary>
/// <remarks>Never changes after it is made; safe to read from several threads. All arithmetic on it is in double precision.</remarks>
public sealed class Predictions
{
    private readonly double[] logits; // [members, examples, classes]
    private readonly double[] temperatures; // [members]

    /// <summary>Copies logits as a model gives them.</summary>
    /// <param name="logits">[members, examples, classes], row by row, finite.</param>
    /// <param name="members">The number of members; 1 or more.</param>
    /// <param name="examples">The number of examples; 1 or more.</param>
    /// <param name="classes">The number of classes; 1 or more.</param>
    /// <param name="labels">[examples]; the true class of each, 0 … classes − 1; null if unknown.</param>
    /// <param name="classNames">[classes]; null if the classes have no names.</param>
    /// <exception cref="ArgumentException">A length does not fit, a logit is not finite, or a label is out of range.</exception>
    public Predictions(
        float[] logits,
        int members,
        int examples,
        int classes,
        IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classNames = null
    )
        : this(
            Widened(logits),
            Ones(logits.Length, members, examples, classes),
            examples,
            classes,
            labels?.ToArray(),
            classNames?.ToArray()
        )
    {
        PredictionsCheck.Content(this, this.logits);
    }

    private Predictions(double[] logits, double[] temperatures, int examples, int classes, int[]? labels, string[]? classNames)
    {
        (this.logits, this.temperatures) = (logits, temperatures);
        (Members, Examples, Classes, Labels, ClassNames) = (temperatures.Length, examples, classes, labels, classNames);
    }

    /// <summary>The number of ensemble members.</summary>
    public int Members { get; }

    /// <summary>The number of examples.</summary>
    public int Examples { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>[examples]; the true class of each, or null if unknown.</summary>
    public IReadOnlyList<int>? Labels { get; }

    /// <summary>[classes]; the name of each class, or null if they have none.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>[members]; what each member's logits are divided by before the softmax; 1 at first.</summary>
    public IReadOnlyList<double> Temperatures => temperatures;

    /// <summary>Copies logits computed in double precision; otherwise as the constructor.</summary>
    /// <param name="logits">[members, examples, classes], row by row, finite.</param>
    /// <param name="members">The number of members; 1 or more.</param>
    /// <param name="examples">The number of examples; 1 or more.</param>
    /// <param name="classes">The number of classes; 1 or more.</param>
    /// <param name="labels">[examples]; the true class of each, 0 … classes − 1; null if unknown.</param>
    /// <param name="classNames">[classes]; null if the classes have no names.</param>
    /// <exception cref="ArgumentException">A length does not fit, a logit is not finite, or a label is out of range.</exception>
    public static Predictions FromDoubles(
        ReadOnlySpan<double> logits,
        int members,
        int examples,
        int classes,
        IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classNames = null
    )
    {
        var predictions = new Predictions(
            logits.ToArray(),
            Ones(logits.Length, members, examples, classes),
            examples,
            classes,
            labels?.ToArray(),
            classNames?.ToArray()
        );
        PredictionsCheck.Content(predictions, predictions.logits);
        return predictions;
    }

    /// <summary>The logits as they were given, before any temperature.</summary>
    /// <param name="member">0 … <see cref="Members"/> − 1.</param>
    /// <param name="example">0 … <see cref="Examples"/> − 1.</param>
    /// <returns>[classes]; a view, not a copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member or example.</exception>
    public ReadOnlySpan<double> Logits(int member, int example)
    {
        PredictionsCheck.Index(member, Members, nameof(member));
        PredictionsCheck.Index(example, Examples, nameof(example));
        return logits.AsSpan(((member * Examples) + example) * Classes, Classes);
    }

    /// <summary>The same predictions with one temperature for all members, in place of any earlier one.</summary>
    /// <param name="temperature">Above 0; above 1 makes the ensemble less sure.</param>
    /// <returns>Predictions that share the logits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not a finite number above 0.</exception>
    /// <remarks>Guo et al. 2017, arXiv 1706.04599, section 4.2.</remarks>
    public Predictions WithTemperature(double temperature) => WithTemperature([.. Enumerable.Repeat(temperature, Members)]);

    /// <summary>The same predictions with a temperature for each member, in place of any earlier one.</summary>
    /// <param name="memberTemperatures">[members]; each above 0.</param>
    /// <returns>Predictions that share the logits.</returns>
    /// <exception cref="ArgumentException">There is not one per member, or one is not a finite number above 0.</exception>
    public Predictions WithTemperature(IReadOnlyList<double> memberTemperatures)
    {
        PredictionsCheck.Temperatures(memberTemperatures, Members);
        return new Predictions(logits, [.. memberTemperatures], Examples, Classes, (int[]?)Labels, (string[]?)ClassNames);
    }

    /// <summary>One member as an ensemble of its own.</summary>
    /// <param name="member">0 … <see cref="Members"/> − 1.</param>
    /// <returns>A copy with one member.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    public Predictions Member(int member)
    {
        PredictionsCheck.Index(member, Members, nameof(member));
        var size = Examples * Classes;
        return new Predictions(
            logits[(member * size)..((member + 1) * size)],
            [temperatures[member]],
            Examples,
            Classes,
            (int[]?)Labels,
            (string[]?)ClassNames
        );
    }

    /// <summary>Some of the members, as an ensemble of their own.</summary>
    /// <param name="members">Which ones, in the order wanted; at least one, each 0 … <see cref="Members"/> − 1.</param>
    /// <returns>A copy with those members and their temperatures.</returns>
    /// <exception cref="ArgumentOutOfRangeException">None is asked for, or there is no such member.</exception>
    public Predictions OfMembers(ReadOnlySpan<int> members)
    {
        ArgumentOutOfRangeException.ThrowIfZero(members.Length, nameof(members));
        var size = Examples * Classes;
        var (part, kept) = (new double[members.Length * size], new double[members.Length]);
        for (var place = 0; place < members.Length; place++)
        {
            PredictionsCheck.Index(members[place], Members, nameof(members));
            logits.AsSpan(members[place] * size, size).CopyTo(part.AsSpan(place * size));
            kept[place] = temperatures[members[place]];
        }

        return new Predictions(part, kept, Examples, Classes, (int[]?)Labels, (string[]?)ClassNames);
    }

    /// <summary>A run of the examples, as for calibrating on one half and testing on the other.</summary>
    /// <param name="range">Which examples; at least one.</param>
    /// <returns>A copy with those examples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or leaves the examples.</exception>
    public Predictions Take(Range range)
    {
        var (start, count) = range.GetOffsetAndLength(Examples);
        ArgumentOutOfRangeException.ThrowIfZero(count, nameof(range));
        var part = new double[Members * count * Classes];
        for (var member = 0; member < Members; member++)
        {
            logits
                .AsSpan(((member * Examples) + start) * Classes, count * Classes)
                .CopyTo(part.AsSpan(member * count * Classes, count * Classes));
        }

        return new Predictions(part, temperatures, count, Classes, ((int[]?)Labels)?[range], (string[]?)ClassNames);
    }

    /// <summary>Some of the examples, as for calibrating on some that were drawn and testing on the rest.</summary>
    /// <param name="examples">Which ones, in the order wanted; at least one, each 0 … <see cref="Examples"/> − 1.</param>
    /// <returns>A copy with those examples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">None is asked for, or there is no such example.</exception>
    public Predictions Take(ReadOnlySpan<int> examples)
    {
        ArgumentOutOfRangeException.ThrowIfZero(examples.Length, nameof(examples));
        var part = new double[Members * examples.Length * Classes];
        var labels = Labels is null ? null : new int[examples.Length];
        for (var place = 0; place < examples.Length; place++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(examples[place], nameof(examples));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(examples[place], Examples, nameof(examples));
            for (var member = 0; member < Members; member++)
            {
                logits
                    .AsSpan(((member * Examples) + examples[place]) * Classes, Classes)
                    .CopyTo(part.AsSpan(((member * examples.Length) + place) * Classes));
            }

            if (labels is not null)
            {
                labels[place] = Labels![examples[place]];
            }
        }

        return new Predictions(part, temperatures, examples.Length, Classes, labels, (string[]?)ClassNames);
    }

    /// <summary>Two parts drawn at random, as for calibrating on one and testing on the other.</summary>
    /// <param name="first">Examples in the first part: 1 … <see cref="Examples"/> − 1.</param>
    /// <param name="seed">Any number; the same one draws the same examples on every machine.</param>
    /// <returns>Both parts, each in the order of the examples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A part would be empty.</exception>
    public (Predictions First, Predictions Second) Divide(int first, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(first, Examples);
        var order = new SeededDraws(seed, first).Without(Examples, first);
        Array.Sort(order, 0, first);
        Array.Sort(order, first, Examples - first);
        return (Take(order.AsSpan(0, first)), Take(order.AsSpan(first)));
    }

    /// <summary>The distributions of one member: the softmax of its logits over its temperature.</summary>
    /// <param name="member">0 … <see cref="Members"/> − 1.</param>
    /// <returns>[examples, classes].</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    public Probabilities OfMember(int member) => Member(member).Aggregate(Aggregation.MeanLogit);

    /// <summary>The distributions of the ensemble.</summary>
    /// <param name="aggregation">How members become one.</param>
    /// <returns>[examples, classes].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The aggregation is not one of those defined.</exception>
    public Probabilities Aggregate(Aggregation aggregation) =>
        aggregation switch
        {
            Aggregation.MeanProbability => Aggregating.MeanProbability(this),
            Aggregation.MeanLogit => Aggregating.MeanLogit(this),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "Use MeanProbability or MeanLogit."),
        };

    /// <summary>The labels, for what cannot be computed without.</summary>
    internal IReadOnlyList<int> NeededLabels() =>
        Labels
        ?? throw new InvalidOperationException(
            "These predictions have no labels; accuracy, likelihood and calibration need the true classes."
        );

    private static double[] Widened(float[] logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return Array.ConvertAll(logits, logit => (double)logit);
    }

    // Sizes are checked before anything is made of them.
    private static double[] Ones(int logitCount, int members, int examples, int classes)
    {
        PredictionsCheck.Sizes(logitCount, members, examples, classes);
        var ones = new double[members];
        Array.Fill(ones, 1.0);
        return ones;
    }
}
