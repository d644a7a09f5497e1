namespace LoRAEnsembleHub.Hub;

/// <summary>A store refused what a new address may let pass; never leaves the push.</summary>
internal sealed class StoreRefusalException(HubException refusal) : Exception(refusal.Message, refusal)
{
    /// <summary>What the store said.</summary>
    public HubException Refusal => refusal;
}
