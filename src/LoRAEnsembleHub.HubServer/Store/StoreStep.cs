namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>The points between the writes of a change, in order; the tests crash a server at each.</summary>
internal enum StoreStep
{
    ObjectWritten,
    ObjectPlaced,
    TreeWritten,
    CommitWritten,
    StateWritten,
}
