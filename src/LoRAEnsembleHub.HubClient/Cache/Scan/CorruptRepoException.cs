namespace LoRAEnsembleHub.Hub;

/// <summary>One repository of a cache cannot be read; the scan goes on with the next and reports it.</summary>
internal sealed class CorruptRepoException : Exception
{
    public CorruptRepoException(string problem, string hint)
        : base(problem) => Hint = hint;

    /// <summary>What to do about it.</summary>
    public string Hint { get; }
}
