using System.Globalization;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The repositories of a hub.</summary>
internal sealed record RepoList : ICommandResult
{
    public required IReadOnlyList<RepoFact> Repositories { get; init; }

    public IEnumerable<Block> ToBlocks() =>
        Repositories.Count == 0
            ? [new Paragraph("The hub has no such repositories.")]
            :
            [
                new Grid(
                    null,
                    [
                        new Column("repository"),
                        new Column("base"),
                        new Column("rank", IsNumber: true),
                        new Column("members", IsNumber: true),
                        new Column("metrics"),
                        new Column("changed"),
                    ],
                    [.. Repositories.Select(Row)]
                ),
            ];

    public IEnumerable<string> ToQuietLines() => Repositories.Select(repository => repository.Id);

    /// <summary>The figures that tell most, such as <c>accuracy 0.8482, nll 0.4198</c>.</summary>
    public static string Metrics(IReadOnlyList<ManifestMetric> metrics)
    {
        // The first aggregation of each metric is the ensemble's own; the others are for comparison.
        var shown = metrics.Where(metric => metric.Value is not null).DistinctBy(metric => metric.Name).Take(4);
        return string.Join(
            ", ",
            shown.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Name} {metric.Value:0.####}"))
        );
    }

    private static IReadOnlyList<string> Row(RepoFact fact) =>
        [
            fact.Id + (fact.IsPrivate ? " (private)" : ""),
            fact.Base ?? "",
            string.Join(", ", fact.Ranks),
            fact.Members is { } members ? Figures.Count(members) : "",
            fact.Problem ?? Metrics(fact.Metrics),
            fact.LastModified?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
        ];
}
