namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>What is wrong with a card.</summary>
/// <param name="Errors">What makes a hub refuse it.</param>
/// <param name="Warnings">What is odd but taken.</param>
public sealed record CardFindings(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings)
{
    /// <summary>Checks the metadata of a card without a hub, by the rules that the Hub's <c>validate-yaml</c> documents.</summary>
    /// <param name="content">The whole README.md.</param>
    /// <param name="type">What kind of repository it is of.</param>
    public static CardFindings Of(string content, RepoType type)
    {
        ArgumentNullException.ThrowIfNull(content);
        return CardRules.Check(content, type);
    }
}
