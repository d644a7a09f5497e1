namespace LoRAEnsembleHub.Hub;

/// <summary>The places a token may come from, in the order that Hugging Face's tools ask them.</summary>
/// <remarks>Values, not places: whoever runs the library reads the environment.</remarks>
public sealed record TokenSources
{
    /// <summary>A token given for this call; before all others.</summary>
    public string? Given { get; init; }

    /// <summary>What HF_TOKEN holds.</summary>
    public string? Environment { get; init; }

    /// <summary>What the older HUGGING_FACE_HUB_TOKEN holds.</summary>
    public string? OldEnvironment { get; init; }

    /// <summary>The file of the active token; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Whether only a token given for the call is used (HF_HUB_DISABLE_IMPLICIT_TOKEN).</summary>
    public bool OnlyGiven { get; init; }

    /// <summary>Finds the token.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token, or null if there is none.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.InvalidName"/>: the first one found cannot be a token.</exception>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        if (TokenText.Clean(Given) is { } given)
        {
            return TokenText.Check(given);
        }

        if (OnlyGiven)
        {
            return null;
        }

        var found =
            TokenText.Clean(Environment)
            ?? TokenText.Clean(OldEnvironment)
            ?? (TokenFile is null ? null : TokenText.Clean(await AtomicFile.ReadAsync(TokenFile, cancellationToken).ConfigureAwait(false)));
        return found is null ? null : TokenText.Check(found);
    }

    /// <returns>Which places have something, never what.</returns>
    public override string ToString() =>
        $"TokenSources {{ Given = {Shown(Given)}, Environment = {Shown(Environment)}, OldEnvironment = {Shown(OldEnvironment)}, TokenFile = {TokenFile}, OnlyGiven = {OnlyGiven} }}";

    private static string Shown(string? value) => TokenText.Clean(value) is null ? "none" : "***";
}
