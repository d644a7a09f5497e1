using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>evaluate --compare</c> measured.</summary>
internal sealed record CompareResult : ICommandResult
{
    private static readonly string[] outsideScores = ["mutual information", "predictive entropy", "largest probability"];

    /// <summary>Data set and split.</summary>
    public required string Data { get; init; }

    /// <summary>What the examples are, such as <c>images</c>.</summary>
    public required string Inputs { get; init; }

    public required int Examples { get; init; }

    /// <summary>Data set and split of the unfamiliar inputs, or null.</summary>
    public required string? OutsideData { get; init; }

    /// <summary>In the order asked for.</summary>
    public required IReadOnlyList<ComparedSystemFact> Systems { get; init; }

    /// <summary>The folder with the reports, or null.</summary>
    public required string? Report { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("data", $"{Data}, {Figures.Count(Examples)} {Inputs}"),
                .. Systems.Select(system => (system.Name, (string?)(system.Ensemble ?? $"{system.Base}, the base alone"))),
            ]),
            .. Tables(),
            .. ReportFiles.ToBlocks(Report),
        ];

    /// <summary>The tables, which reports have too.</summary>
    public IEnumerable<Block> Tables()
    {
        yield return ScoresTable();
        yield return PairsTable();
        if (OutsideData is { } outside)
        {
            yield return OutsideTable(outside);
        }
    }

    public IEnumerable<string> ToQuietLines() =>
        Report is { } folder ? ReportFiles.In(folder) : Systems.Select(system => Figures.Raw(system.Scores.Accuracy));

    private Grid ScoresTable()
    {
        string[] figures = [.. Systems[0].Intervals.Select(one => one.Name.Replace('_', ' '))];
        return new Grid(
            "Systems side by side, with 95 % intervals over examples",
            [
                new Column("system"),
                new Column("members", IsNumber: true),
                .. figures.Select(name => new Column(name)),
                new Column("AURC", IsNumber: true),
                new Column("mutual information", IsNumber: true),
            ],
            [
                .. Systems.Select(system =>
                    (string[])
                        [
                            system.Name,
                            $"{system.Members}",
                            .. system.Intervals.Select(one => one.InBrief()),
                            Figures.Score(system.Aurc),
                            Figures.Score(system.MutualInformation),
                        ]
                ),
            ]
        );
    }

    private Grid PairsTable() =>
        new(
            $"Against {Systems[0].Name}, on the same examples",
            [
                new Column("system"),
                new Column("only it is right", IsNumber: true),
                new Column("only the first is", IsNumber: true),
                new Column("McNemar's mid-p", IsNumber: true),
                new Column("NLL less the first's"),
                new Column("sign-flip p", IsNumber: true),
            ],
            [
                .. Systems
                    .Where(system => system.AgainstFirst is not null)
                    .Select(system =>
                    {
                        var pair = system.AgainstFirst!;
                        return (string[])
                            [
                                system.Name,
                                $"{pair.Accuracy.FirstOnly}",
                                $"{pair.Accuracy.SecondOnly}",
                                Figures.Chance(pair.Accuracy.MidPValue),
                                new IntervalFact("", pair.LikelihoodDifference).InBrief(),
                                Figures.Chance(pair.Likelihood.PValue),
                            ];
                    }),
            ]
        );

    private Grid OutsideTable(string outside) =>
        new(
            $"{Data} against {outside}: AUROC and false positives at 95 % true ones",
            [
                new Column("system"),
                .. outsideScores.SelectMany(score =>
                    new[] { new Column($"AUROC, {score}", IsNumber: true), new Column("FPR95", IsNumber: true) }
                ),
            ],
            [
                .. Systems.Select(system =>
                    (string[])
                        [
                            system.Name,
                            .. new[]
                            {
                                system.Outside!.MutualInformation,
                                system.Outside.PredictiveEntropy,
                                system.Outside.LargestProbability,
                            }.SelectMany(one => new[] { Figures.Score(one.Auroc), Figures.Score(one.FalsePositiveRate95) }),
                        ]
                ),
            ]
        );
}
