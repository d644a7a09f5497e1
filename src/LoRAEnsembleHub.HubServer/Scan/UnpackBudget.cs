namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>How much the containers within one file may still unpack to.</summary>
internal sealed class UnpackBudget
{
    private long left;

    /// <param name="fileBytes">Length of the file.</param>
    public UnpackBudget(long fileBytes) => left = ScanLimits.UnpackedBytes + (ScanLimits.UnpackedRatio * fileBytes);

    /// <summary>Takes from the budget.</summary>
    /// <exception cref="InvalidDataException">It is spent.</exception>
    public void Spend(int bytes)
    {
        left -= bytes;
        if (left < 0)
        {
            throw new InvalidDataException("it unpacks to far more bytes than it has");
        }
    }
}
