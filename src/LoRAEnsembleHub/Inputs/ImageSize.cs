namespace LoRAEnsembleHub.Inputs;

/// <summary>A size as processor configs give it: either height and width, or the length of the shorter edge.</summary>
public sealed record ImageSize
{
    /// <summary>Rows; 1 or more, null where <see cref="ShortestEdge"/> is given.</summary>
    public int? Height { get; init; }

    /// <summary>Pixels across; 1 or more, null where <see cref="ShortestEdge"/> is given.</summary>
    public int? Width { get; init; }

    /// <summary>The shorter edge in pixels, the aspect ratio being kept; 1 or more, null where height and width are given.</summary>
    public int? ShortestEdge { get; init; }

    /// <summary>A height and a width.</summary>
    /// <param name="height">Rows; 1 or more.</param>
    /// <param name="width">Pixels across; 1 or more.</param>
    /// <returns>A new size.</returns>
    public static ImageSize Exactly(int height, int width) => new() { Height = height, Width = width };

    /// <summary>Says the size in words.</summary>
    /// <returns>"height × width" or "shortest edge n".</returns>
    public override string ToString() => ShortestEdge is { } edge ? $"shortest edge {edge}" : $"{Height} × {Width}";

    /// <summary>The reason why this size cannot be used, or null.</summary>
    internal string? Fault(bool shortestEdgeAllowed)
    {
        var exact = Height is not null || Width is not null;
        if (ShortestEdge is { } edge)
        {
            return exact ? "gives a shortest edge and a height or width; only one of the two can hold"
                : !shortestEdgeAllowed ? "gives a shortest edge; a height and a width are needed here"
                : edge is < 1 or > LongestEdge ? $"is {this}; it must be 1 to {LongestEdge}"
                : null;
        }

        return (Height, Width) is (>= 1 and <= LongestEdge, >= 1 and <= LongestEdge)
            ? null
            : $"is {Height?.ToString() ?? "nothing"} × {Width?.ToString() ?? "nothing"}; height and width must both be given, 1 to {LongestEdge}";
    }

    // Two edges of this length stay within one array of floats.
    private const int LongestEdge = 16_384;
}
