namespace LoRAEnsembleHub.Hub;

/// <summary>What requests with large bodies need besides others.</summary>
internal static class LargeBody
{
    private const long AskFirstBytes = 1 << 20; // As curl: below, asking costs more than it saves.

    // A hub hashes, unpacks and writes what it was sent before it answers.
    private static readonly TimeSpan TimeForWork = TimeSpan.FromMinutes(5);

    /// <returns>The header that lets a server refuse before the bytes are sent; none for short bodies.</returns>
    /// <param name="bytes">How long the body is.</param>
    /// <remarks>RFC 9110, section 10.1.1. A server that does not know it costs one second.</remarks>
    public static IReadOnlyList<KeyValuePair<string, string>> AskFirst(long bytes) =>
        bytes >= AskFirstBytes ? [new("Expect", "100-continue")] : [];

    /// <returns>How long the answer to a large body may take after its last byte.</returns>
    public static TimeSpan Patience(HubClientOptions options) =>
        options.ResponseTimeout > TimeForWork ? options.ResponseTimeout : TimeForWork;
}
