namespace LoRAEnsembleHub.Evaluation;

/// <summary>The curves of reports, of one system or of several over each other.</summary>
internal static class ReportCharts
{
    private const int Bins = 10;
    private const int MostPoints = 200;

    /// <summary>Choices of members that are averaged for one number of them; each costs as much as an evaluation.</summary>
    internal const int MostSubsets = 8;

    /// <summary>Accuracy of the bins against their mean confidence.</summary>
    internal static string Reliability(IEnumerable<(string Name, ExampleScores Scores)> systems) =>
        new LineChart
        {
            Title = "Accuracy at each confidence",
            XName = "confidence",
            XLimits = (0, 1),
            YLimits = (0, 1),
            HasDots = true,
            HasDiagonal = true,
            Series =
            [
                .. systems.Select(system => new LineSeries(
                    system.Name,
                    [
                        .. ReliabilityBin
                            .Of(system.Scores, Bins)
                            .Where(bin => bin.Count > 0)
                            .Select(bin => new LinePoint(bin.Confidence, bin.Accuracy)),
                    ]
                )),
            ],
        }.Draw();

    /// <summary>Share of errors among the surest examples.</summary>
    internal static string RiskAgainstCoverage(IEnumerable<(string Name, ExampleScores Scores)> systems) =>
        new LineChart
        {
            Title = "Share of errors",
            XName = "share answered, the surest first",
            XLimits = (0, 1),
            Series = [.. systems.Select(system => new LineSeries(system.Name, Thinned(RiskCoverage.Of(system.Scores).Points)))],
        }.Draw();

    /// <summary>Accuracy and likelihood against the number of members.</summary>
    internal static IEnumerable<string> MemberCounts(IReadOnlyList<(string Name, IReadOnlyList<MemberCountPoint> Points)> systems)
    {
        LineChart Chart(string title, Func<MemberCountPoint, LinePoint> place) =>
            new()
            {
                Title = title,
                XName = "members",
                HasWholeX = true,
                HasDots = true,
                Series = [.. systems.Select(system => new LineSeries(system.Name, [.. system.Points.Select(place)]))],
            };
        yield return Chart("Accuracy", point => new LinePoint(point.Members, point.Accuracy, point.AccuracyDeviation)).Draw();
        yield return Chart(
                "Negative log likelihood (nats)",
                point => new LinePoint(point.Members, point.NegativeLogLikelihood, point.NegativeLogLikelihoodDeviation)
            )
            .Draw();
    }

    /// <summary>Four figures against severity, a curve for each kind of corruption, which all begin where nothing is corrupted.</summary>
    internal static IEnumerable<string> Shift(ShiftReport shift)
    {
        LineChart Chart(string title, Func<ShiftPoint, double> figure) =>
            new()
            {
                Title = title,
                XName = "severity",
                HasWholeX = true,
                HasDots = true,
                Series =
                [
                    .. shift.Kinds.Select(kind => new LineSeries(
                        kind,
                        [.. shift.Of(kind).Select(point => new LinePoint(point.Severity, figure(point)))]
                    )),
                ],
            };
        yield return Chart("Accuracy", point => point.Accuracy).Draw();
        yield return Chart("Negative log likelihood (nats)", point => point.NegativeLogLikelihood).Draw();
        yield return Chart("Calibration error (ECE, 15 bins)", point => point.Ece15).Draw();
        yield return Chart("Mutual information (nats)", point => point.MutualInformation).Draw();
    }

    // The eye needs no more points, and a page no more bytes.
    private static LinePoint[] Thinned(IReadOnlyList<RiskPoint> points)
    {
        var count = Math.Min(points.Count, MostPoints);
        return
        [
            .. Enumerable
                .Range(1, count)
                .Select(part => points[(int)((long)part * points.Count / count) - 1])
                .Select(point => new LinePoint(point.Coverage, point.Risk)),
        ];
    }
}
