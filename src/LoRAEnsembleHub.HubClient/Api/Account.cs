namespace LoRAEnsembleHub.Hub;

/// <summary>Whom a hub takes the client for.</summary>
public sealed record Account
{
    /// <summary>The user's name.</summary>
    public required string Name { get; init; }

    /// <summary>The user's name in full.</summary>
    public string? FullName { get; init; }

    /// <summary>The organisations that the user belongs to.</summary>
    public IReadOnlyList<string> Organisations { get; init; } = [];

    /// <summary>What the user called the token.</summary>
    public string? TokenName { get; init; }

    /// <summary>What the token allows: <c>read</c>, <c>write</c> or <c>fineGrained</c>.</summary>
    public string? TokenRole { get; init; }
}
