namespace LoRAEnsembleHub.Hub;

/// <summary>Which repositories of a hub to list.</summary>
public sealed record RepoQuery
{
    /// <summary>Models, data sets, ….</summary>
    public RepoType Type { get; init; }

    /// <summary>Text that the id contains; null for any.</summary>
    public string? Search { get; init; }

    /// <summary>The owner; null for any.</summary>
    public string? Author { get; init; }

    /// <summary>Tags that all must be there, such as <c>base_model:adapter:lorae/vit-glyphs-small</c>.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary><c>lastModified</c>, <c>createdAt</c>, <c>downloads</c>, <c>likes</c> or <c>trendingScore</c>; null for the hub's order.</summary>
    public string? Sort { get; init; }

    /// <summary>At most how many; null for all.</summary>
    public int? Limit { get; init; }

    internal string Address
    {
        get
        {
            var parameters = new List<(string Name, string? Value)>
            {
                ("search", Search),
                ("author", Author),
                ("sort", Sort),
                ("limit", Limit?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("full", "true"),
                ("cardData", "true"),
                ("config", "true"),
            };
            parameters.AddRange(Filters.Select(filter => ("filter", (string?)filter)));
            var query = parameters
                .Where(parameter => parameter.Value is not null)
                .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
            return $"{HubAddresses.Repos(Type)}?{string.Join('&', query)}";
        }
    }
}
