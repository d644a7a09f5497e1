namespace LoRAEnsembleHub.Data;

/// <summary>A data set that cannot be used; the message says what was found, what was needed, where, and what to do.</summary>
public sealed class DataSetException : Exception
{
    private DataSetException(DataSetFault fault, string message, Exception? inner)
        : base(message, inner) => Fault = fault;

    /// <summary>What is wrong.</summary>
    public DataSetFault Fault { get; }

    internal static DataSetException NotFound(string message) => new(DataSetFault.NotFound, message, null);

    internal static DataSetException Malformed(string message, Exception? inner = null) => new(DataSetFault.Malformed, message, inner);

    internal static DataSetException Unfit(string message) => new(DataSetFault.Unfit, message, null);
}
