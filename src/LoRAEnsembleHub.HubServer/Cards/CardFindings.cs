namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>What is wrong with a card.</summary>
/// <param name="Errors">What makes a hub refuse it.</param>
/// <param name="Warnings">What is odd but taken.</param>
internal sealed record CardFindings(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings);
