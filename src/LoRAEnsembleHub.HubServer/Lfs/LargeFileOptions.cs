namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>How files are taken that do not travel inside a commit.</summary>
public sealed record LargeFileOptions
{
    /// <summary>Longest life of an address that a client may upload to without a token.</summary>
    public static readonly TimeSpan LongestAddressLifetime = TimeSpan.FromHours(1);

    /// <summary>Files larger than this, in bytes, are asked for in parts where the client can; 1 or more.</summary>
    public long MultipartAboveBytes { get; init; } = 256L << 20;

    /// <summary>Length of a part in bytes; 1 or more. Files of more than 10,000 such parts get longer ones.</summary>
    public long PartBytes { get; init; } = 64L << 20;

    /// <summary>How long an address that a client uploads to is good; above zero, an hour at most.</summary>
    public TimeSpan AddressLifetime { get; init; } = LongestAddressLifetime;

    /// <summary>How long parts and chunks of unfinished uploads are kept.</summary>
    public TimeSpan KeepUnfinishedFor { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Whether clients that insist on Xet can upload: huggingface_hub since 1.20 does, wherever hf_xet is installed.</summary>
    public bool XetBridge { get; init; } = true;

    /// <summary>Whether clients that speak both are sent to Xet; plain uploads take less work on both sides.</summary>
    public bool PreferXet { get; init; }

    internal void Check()
    {
        if (MultipartAboveBytes < 1 || PartBytes < 1)
        {
            throw new ArgumentException($"MultipartAboveBytes is {MultipartAboveBytes} and PartBytes {PartBytes}; both must be 1 or more.");
        }

        if (AddressLifetime <= TimeSpan.Zero || AddressLifetime > LongestAddressLifetime)
        {
            throw new ArgumentException(
                $"AddressLifetime is {AddressLifetime}; it must be above zero and at most {LongestAddressLifetime}."
            );
        }

        if (KeepUnfinishedFor <= TimeSpan.Zero)
        {
            throw new ArgumentException($"KeepUnfinishedFor is {KeepUnfinishedFor}; it must be above zero.");
        }

        if (PreferXet && !XetBridge)
        {
            throw new ArgumentException("PreferXet needs XetBridge.");
        }
    }
}
