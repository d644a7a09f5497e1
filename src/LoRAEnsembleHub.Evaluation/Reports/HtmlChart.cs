namespace LoRAEnsembleHub.Evaluation;

/// <summary>A drawing on a page; <see cref="LineChart"/> or <see cref="DotChart"/>.</summary>
public abstract record HtmlChart
{
    private protected HtmlChart() { }

    /// <summary>What the drawing shows, written over it; any text.</summary>
    public required string Title { get; init; }

    /// <summary>What helps to read it, written below it; any text. Default: none.</summary>
    public string Caption { get; init; } = "";

    /// <summary>The drawing as an SVG element.</summary>
    internal abstract string Draw();
}
