namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What an ensemble says of one input.</summary>
internal sealed record ShownPrediction
{
    /// <summary>The file, or the place in the file that holds it.</summary>
    public required string Input { get; init; }

    /// <summary>The text that was read; null for other kinds of input.</summary>
    public required string? Text { get; init; }

    /// <summary>The class as the data set has it; null where it is not known.</summary>
    public required string? TrueLabel { get; init; }

    /// <summary>Null where the true class is not known or is none of the model's.</summary>
    public required bool? IsCorrect { get; init; }

    public required string Label { get; init; }

    public required int LabelIndex { get; init; }

    public required double Probability { get; init; }

    /// <summary>In nats.</summary>
    public required double PredictiveEntropy { get; init; }

    /// <summary>In nats.</summary>
    public required double MeanMemberEntropy { get; init; }

    /// <summary>In nats; what the members disagree about.</summary>
    public required double MutualInformation { get; init; }

    /// <summary>Members that were computed, from the first on; null where all were.</summary>
    public int? MembersUsed { get; init; }

    /// <summary>Most votes first.</summary>
    public required IReadOnlyList<LabelVotes> Votes { get; init; }

    /// <summary>Most probable first.</summary>
    public required IReadOnlyList<LabelProbability> Top { get; init; }

    /// <summary>[classes].</summary>
    public required IReadOnlyList<double> Probabilities { get; init; }

    /// <summary>Null where it was not asked for.</summary>
    public required IReadOnlyList<MemberPrediction>? MemberPredictions { get; init; }

    /// <summary>The votes in words: <c>8/8 Sneaker</c> where all agree, else <c>5 Shirt, 3 Coat</c>.</summary>
    public string VotesInWords() =>
        Votes is [var only]
            ? $"{only.Count}/{only.Count} {only.Label}"
            // two numbers side by side would leave open which one counts
            : string.Join(
                ", ",
                Votes.Select(vote =>
                    char.IsDigit(vote.Label.FirstOrDefault()) ? $"{vote.Count}× {vote.Label}" : $"{vote.Count} {vote.Label}"
                )
            );
}

/// <summary>Members that hold a class most probable.</summary>
internal sealed record LabelVotes(string Label, int Count);

/// <summary>A class and its probability.</summary>
internal sealed record LabelProbability(string Label, double Probability);

/// <summary>What one member says.</summary>
/// <param name="Member">From 0.</param>
/// <param name="Label">Its most probable class.</param>
/// <param name="Probability">Of that class.</param>
/// <param name="Probabilities">[classes].</param>
internal sealed record MemberPrediction(int Member, string Label, double Probability, IReadOnlyList<double> Probabilities);
