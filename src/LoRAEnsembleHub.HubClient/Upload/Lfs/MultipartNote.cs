namespace LoRAEnsembleHub.Hub;

/// <summary>Which parts of one object a store has acknowledged; kept beside the pushed folder, so that a later push can go on.</summary>
internal sealed record MultipartNote
{
    /// <summary>SHA-256 of the object.</summary>
    public required string Oid { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Length of a part in bytes.</summary>
    public required long PartBytes { get; init; }

    /// <summary>See <see cref="MultipartPlan.Session"/>.</summary>
    public required string Session { get; init; }

    /// <summary>The acknowledgement of each part, by its number from 1.</summary>
    public IReadOnlyDictionary<int, string> Etags { get; init; } = new Dictionary<int, string>();

    /// <returns>A note of no parts.</returns>
    public static MultipartNote Start(PushFile file, MultipartPlan plan) =>
        new()
        {
            Oid = file.Sha256.Hex,
            Size = file.Size,
            PartBytes = plan.PartBytes,
            Session = plan.Session,
        };

    /// <returns>Whether the parts are of this object and this upload.</returns>
    public bool IsOf(PushFile file, MultipartPlan plan) =>
        Oid == file.Sha256.Hex && Size == file.Size && PartBytes == plan.PartBytes && Session == plan.Session;
}
