namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>DropKey: attention leaves out keys at random, in training and in prediction.</summary>
/// <remarks>Li et al. 2023 (arXiv 2208.02646), as LoRA-Ensemble uses it for Monte Carlo dropout: −∞ before the softmax, nothing rescaled.</remarks>
/// <param name="Probability">Share of keys left out; in (0, 1).</param>
/// <param name="Seed">The same seed leaves out the same keys.</param>
internal sealed record KeyDropout(double Probability, long Seed);
