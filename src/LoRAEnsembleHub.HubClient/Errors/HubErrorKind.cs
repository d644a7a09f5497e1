namespace LoRAEnsembleHub.Hub;

/// <summary>What went wrong between this machine and a hub, by what a caller can do about it.</summary>
public enum HubErrorKind
{
    /// <summary>A repository id, revision or hash given by the caller is not one.</summary>
    InvalidName,

    /// <summary>A name from elsewhere could hit a file outside its folder, or another file.</summary>
    UnsafeName,

    /// <summary>There is no such repository, or it is private and the token does not open it.</summary>
    RepositoryNotFound,

    /// <summary>The repository asks for consent or approval first.</summary>
    GatedRepo,

    /// <summary>The repository is disabled.</summary>
    DisabledRepo,

    /// <summary>There is no such branch, tag or commit.</summary>
    RevisionNotFound,

    /// <summary>The revision has no such file.</summary>
    EntryNotFound,

    /// <summary>The cache does not have it, and the hub was not or could not be asked.</summary>
    LocalEntryNotFound,

    /// <summary>The cache has only part of the snapshot.</summary>
    IncompleteSnapshot,

    /// <summary>The hub does not understand the request or refuses its content.</summary>
    BadRequest,

    /// <summary>The token is missing or wrong.</summary>
    Unauthorized,

    /// <summary>The token does not allow it.</summary>
    Forbidden,

    /// <summary>Somebody else changed the branch first, or the thing exists already.</summary>
    Conflict,

    /// <summary>Too many requests; see <see cref="HubException.RetryAfter"/>.</summary>
    RateLimited,

    /// <summary>The server does not have the part of the file that was asked for.</summary>
    RangeNotSatisfiable,

    /// <summary>Offline mode forbids the request.</summary>
    Offline,

    /// <summary>The answer is not what a hub would send.</summary>
    Metadata,

    /// <summary>The bytes are not those that were announced.</summary>
    Integrity,

    /// <summary>The server failed.</summary>
    Server,

    /// <summary>The server could not be reached, or the connection broke or stalled.</summary>
    Network,

    /// <summary>There is not enough room on the disk.</summary>
    DiskFull,

    /// <summary>A file or folder here is not as needed: a link where there must be none, something in the way.</summary>
    LocalFile,
}
