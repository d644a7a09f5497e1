namespace LoRAEnsembleHub.Evaluation;

/// <summary>What a report is called and what it shows beside the figures.</summary>
public sealed record HtmlReportOptions
{
    /// <summary>The heading; any text. Default: "Evaluation".</summary>
    public string Title { get; init; } = "Evaluation";

    /// <summary>The aggregation that the reliability diagram and the classes are shown for. Default: mean probability.</summary>
    public Aggregation Aggregation { get; init; } = Aggregation.MeanProbability;

    /// <summary>Predictions of the same ensemble on inputs unlike its training data; labels are not used. Default: none.</summary>
    public Predictions? OutOfDistribution { get; init; }

    /// <summary>What those inputs are called; any text. Default: "out of distribution".</summary>
    public string OutOfDistributionName { get; init; } = "out of distribution";

    /// <summary>What becomes of the figures as inputs get worse. Default: none.</summary>
    public ShiftReport? Shift { get; init; }

    /// <summary>Parts of the maker's own, shown before the figures. Default: none.</summary>
    public IReadOnlyList<HtmlSection> Sections { get; init; } = [];
}
