namespace LoRAEnsembleHub.Hub;

/// <summary>When a request may be sent again.</summary>
internal enum RetryKind
{
    /// <summary>Sending twice is as good as sending once: tried again after every passing fault.</summary>
    Idempotent,

    /// <summary>Sending twice could act twice: tried again only where the server cannot have acted, as when it was not reached or said no.</summary>
    OnlyIfRefused,

    /// <summary>Sent once.</summary>
    Never,
}
