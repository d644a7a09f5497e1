namespace LoRAEnsembleHub.Evaluation;

/// <summary>One point of a risk-coverage curve: what happens if only the surest examples are answered.</summary>
/// <param name="Coverage">The share of examples answered; above 0 up to 1.</param>
/// <param name="Risk">The error rate among them; 0 … 1.</param>
/// <param name="Threshold">The lowest confidence among them.</param>
public readonly record struct RiskPoint(double Coverage, double Risk, double Threshold);
