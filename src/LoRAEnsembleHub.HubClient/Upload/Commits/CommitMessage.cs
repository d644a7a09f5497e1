namespace LoRAEnsembleHub.Hub;

/// <summary>What a commit says of itself.</summary>
/// <param name="Summary">The title: one line.</param>
/// <param name="Description">Further text; may be empty.</param>
internal sealed record CommitMessage(string Summary, string Description);
