namespace LoRAEnsembleHub.Evaluation;

/// <summary>Writes parts of the maker's own as one HTML page that needs nothing beside it: no script, no style sheet, no picture file.</summary>
public static class HtmlSections
{
    /// <summary>Writes the page; equal parts give equal text.</summary>
    /// <param name="title">The heading; any text.</param>
    /// <param name="sections">The parts, in their order.</param>
    /// <returns>A whole HTML document in UTF-8's characters.</returns>
    public static string Write(string title, params IEnumerable<HtmlSection> sections)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(sections);
        var page = new HtmlPage(title);
        page.Sections(sections);
        return page.End();
    }
}
