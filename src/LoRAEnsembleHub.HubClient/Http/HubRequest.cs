namespace LoRAEnsembleHub.Hub;

/// <summary>One question to a hub, or to a store that a hub named, in a form that can be sent again.</summary>
internal sealed record HubRequest
{
    public required HttpMethod Method { get; init; }

    /// <summary>Relative to the endpoint and without a leading <c>/</c>, escaped (<see cref="HubAddresses"/>), or absolute.</summary>
    public required Uri Address { get; init; }

    /// <summary>Makes the body, anew for every try; null for none.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>Headers besides those of every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Headers for the hub itself and not for hosts that it redirects to.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> OwnHeaders { get; init; } = [];

    public RetryKind Retry { get; init; } = RetryKind.Idempotent;

    /// <summary>Whether the token is sent, where it may be: to the endpoint's own origin, and over plain http to this machine only.</summary>
    public bool Authorize { get; init; } = true;

    /// <summary>The longest answer to take into memory, within the tries: an answer that breaks off counts as a failed try. Null leaves the body to the caller.</summary>
    public long? MaxAnswerBytes { get; init; }

    /// <summary>How long the head of the answer may take; null for the client's setting.</summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>The repository that is asked about, for errors.</summary>
    public RepoId? Repo { get; init; }

    /// <summary>What a 404 means that does not say what is missing.</summary>
    public HubErrorKind NotFoundMeans { get; init; } = HubErrorKind.RepositoryNotFound;

    /// <summary>Statuses besides 2xx that the caller deals with; all others become a <see cref="HubException"/>.</summary>
    public IReadOnlyList<int> Expected { get; init; } = [];

    public static HubRequest Get(string address) => new() { Method = HttpMethod.Get, Address = new(address, UriKind.RelativeOrAbsolute) };
}
