namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Bytes of a pickle that may matter.</summary>
/// <param name="Bytes">The bytes; empty if they were passed over.</param>
/// <param name="TooLong">Whether they were passed over because they are longer than any name of interest.</param>
internal readonly record struct KeptBytes(ReadOnlyMemory<byte> Bytes, bool TooLong);
