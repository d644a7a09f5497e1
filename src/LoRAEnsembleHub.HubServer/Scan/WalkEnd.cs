namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>How a walk over a pickle ended, and where and why if not at STOP.</summary>
internal readonly record struct WalkEnd(WalkOutcome Outcome, string Reason);
