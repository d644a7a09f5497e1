namespace LoRAEnsembleHub.Hub;

/// <summary>A token that is kept on this machine, as it may be shown.</summary>
public sealed record StoredToken
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its last digits, to tell it from others.</summary>
    public required string Masked { get; init; }

    /// <summary>Whether it is the one that is used.</summary>
    public required bool IsActive { get; init; }
}
