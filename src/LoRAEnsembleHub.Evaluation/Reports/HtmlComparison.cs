namespace LoRAEnsembleHub.Evaluation;

/// <summary>Writes several systems over each other as one HTML page that needs nothing beside it.</summary>
public static class HtmlComparison
{
    /// <summary>Writes the page.</summary>
    /// <param name="systems">Two or more, measured on the same examples.</param>
    /// <param name="title">The heading; any text.</param>
    /// <param name="sections">Parts of the maker's own, shown before the curves.</param>
    /// <returns>A whole HTML document in UTF-8's characters.</returns>
    /// <exception cref="ArgumentException">There are fewer than two systems.</exception>
    public static string Write(IReadOnlyList<ComparedSystem> systems, string title, params IEnumerable<HtmlSection> sections)
    {
        ArgumentNullException.ThrowIfNull(systems);
        ArgumentNullException.ThrowIfNull(sections);
        if (systems.Count < 2)
        {
            throw new ArgumentException($"{systems.Count} systems are given; two or more can be compared.", nameof(systems));
        }

        var page = new HtmlPage(title);
        page.Sections(sections);
        string[] names = [.. systems.Select(system => system.Name)];
        var scores = systems.Select(system => (system.Name, system.Scores)).ToArray();
        page.Heading("Curves");
        page.Legend(names);
        page.Charts([
            (ReportCharts.Reliability(scores), "Bins of equal width; on the dashed line confidence can be taken at its word."),
            (ReportCharts.RiskAgainstCoverage(scores), "What is won by leaving the unsure examples to someone else."),
            .. ReportCharts
                .MemberCounts([.. systems.Select(system => (system.Name, system.MemberCounts))])
                .Select(chart => (chart, "Mean over choices of members; whiskers are standard deviations over these choices.")),
        ]);
        return page.End();
    }
}
