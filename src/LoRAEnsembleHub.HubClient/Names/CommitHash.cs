using System.Diagnostics.CodeAnalysis;

namespace LoRAEnsembleHub.Hub;

/// <summary>Names one state of a repository for good: 40 lower-case hexadecimal digits.</summary>
/// <remarks>Hashes come from servers and become folders of the cache, so nothing else is ever taken for one.</remarks>
public sealed record CommitHash
{
    internal const int Digits = 40;

    private CommitHash(string hex) => Hex = hex;

    /// <summary>The 40 digits.</summary>
    public string Hex { get; }

    /// <summary>Reads a hash.</summary>
    /// <param name="text">40 lower-case hexadecimal digits.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.InvalidName"/>: the text is no commit hash.</exception>
    public static CommitHash Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var hash)
            ? hash
            : throw new HubException(
                HubErrorKind.InvalidName,
                $"'{HubText.Shown(text)}' is no commit hash.",
                "A commit hash has 40 digits, 0-9 and a-f in lower case."
            );
    }

    /// <summary>Reads a hash, or says no.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hash">The hash.</param>
    /// <returns>Whether the text is a commit hash.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CommitHash? hash)
    {
        var fits = text is { Length: Digits } && !text.AsSpan().ContainsAnyExcept(NameCharacters.Hex);
        hash = fits ? new(text!) : null;
        return fits;
    }

    /// <returns>The 40 digits.</returns>
    public override string ToString() => Hex;
}
