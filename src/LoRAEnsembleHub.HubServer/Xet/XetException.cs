namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>What a client sent by way of xorbs and shards breaks a rule of the format or a limit of this server.</summary>
/// <remarks>The message is meant for the client: it names what was found, what was needed and where.</remarks>
internal sealed class XetException : Exception
{
    public XetException(string problem, Exception? innerException = null)
        : base(problem, innerException) { }
}
