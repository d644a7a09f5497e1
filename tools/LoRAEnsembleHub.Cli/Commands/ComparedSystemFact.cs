using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>One of the systems that are compared: its figures with 95 % intervals over examples, and its distance from the first.</summary>
internal sealed record ComparedSystemFact
{
    /// <summary>What it is called in tables and charts; no two are called the same.</summary>
    public required string Name { get; init; }

    public required string? Base { get; init; }

    public required string? Ensemble { get; init; }

    public required int Members { get; init; }

    public required Aggregation Aggregation { get; init; }

    public required EvaluationScores Scores { get; init; }

    public required double MutualInformation { get; init; }

    public required double Aurc { get; init; }

    public required IReadOnlyList<IntervalFact> Intervals { get; init; }

    /// <summary>Null for the first system.</summary>
    public required ComparedPair? AgainstFirst { get; init; }

    public required OutOfDistribution? Outside { get; init; }

    public required IReadOnlyList<MemberCountPoint> MemberCounts { get; init; }

    public static ComparedSystemFact Of(ModelRequest request, ComparedSystem system, ComparedSystem first) =>
        new()
        {
            Name = system.Name,
            Base = request.Base,
            Ensemble = request.Ensemble,
            Members = system.MemberCounts.Count,
            Aggregation = system.Aggregation,
            Scores = system.Figures,
            MutualInformation = system.MeanMutualInformation,
            Aurc = RiskCoverage.Of(system.Scores).Area,
            Intervals = IntervalFact.Of(system.Scores),
            AgainstFirst = system == first ? null : ComparedPair.Of(first.Scores, system.Scores),
            Outside = system.Outside,
            MemberCounts = system.MemberCounts,
        };
}
