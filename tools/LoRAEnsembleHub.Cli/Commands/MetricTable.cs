using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The metrics of a manifest as people see them: one row per metric, one column per aggregation.</summary>
internal static class MetricTable
{
    public static Grid Of(IReadOnlyList<ManifestMetric> metrics)
    {
        string[] kinds = [.. metrics.Select(metric => metric.Aggregation ?? "").Distinct()];
        string Cell(IEnumerable<ManifestMetric> group, string kind) =>
            group.FirstOrDefault(metric => (metric.Aggregation ?? "") == kind)?.Value is { } value ? Figures.Score(value) : "";
        return new Grid(
            $"Metrics on {metrics[0].Dataset ?? "unnamed data"}, "
                + $"{(metrics[0].Examples is { } some ? $"{Figures.Count(some)} examples of the " : "")}{metrics[0].Split ?? "unnamed"} split",
            [new Column("metric"), .. kinds.Select(kind => new Column(kind.Replace('_', ' '), IsNumber: true))],
            [
                .. metrics
                    .GroupBy(metric => metric.Name)
                    .Select(group => (string[])[(group.Key ?? "").Replace('_', ' '), .. kinds.Select(kind => Cell(group, kind))]),
            ]
        );
    }
}
