using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What a hub serves, to whom, and within which limits.</summary>
public sealed record HubServerOptions
{
    /// <summary>
    /// A folder of repositories that are served as they are: <c>OWNER/NAME/</c> is a model, <c>datasets/OWNER/NAME/</c> a data set. It is only
    /// ever read. Null to serve none.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>The folder of the server's own store; made when absent. Without one nothing can be pushed. Null for none.</summary>
    public string? Storage { get; init; }

    /// <summary>The address to listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port to listen on, 0 to 65535; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether every change is refused.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Who may come in, and what for. Without tokens everybody who reaches the server may read and write.</summary>
    public IReadOnlyList<ServerToken> Tokens { get; init; } = [];

    /// <summary>Whether public repositories can be read without a token.</summary>
    public bool AnonymousRead { get; init; } = true;

    /// <summary>Whether other machines may be let in although there are no tokens.</summary>
    public bool AllowAnonymousRemote { get; init; }

    /// <summary>A hub whose repositories are served, and kept, when asked for here; needs <see cref="Storage"/>. Null for none.</summary>
    public Uri? Upstream { get; init; }

    /// <summary>The token for the hub above.</summary>
    public string? UpstreamToken { get; init; }

    /// <summary>How old what is known about a branch of the hub above may be before it is asked again.</summary>
    public TimeSpan UpstreamMaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Files smaller than this, in bytes, are taken inside the commit, whatever their name, so that clients of any age can push them.
    /// From here on Hugging Face's rule holds: what <c>.gitattributes</c> sends to LFS, and all above 10 MB.
    /// </summary>
    public long RegularBelowBytes { get; init; } = 64L << 20;

    /// <summary>The address under which clients see the server; null takes scheme and host from each request.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>A path before all others, such as <c>/hub</c>; requests may leave it out. Empty takes the one of <see cref="PublicUrl"/>.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>How files are taken that do not travel inside a commit.</summary>
    public LargeFileOptions LargeFiles { get; init; } = new();

    /// <summary>
    /// Whether a push is refused when it brings a pickle that imports anything not known to be harmless, or a safetensors file that is none.
    /// Otherwise the push is answered, and every listing marked, with a warning.
    /// </summary>
    public bool RefuseUnsafeFiles { get; init; }

    /// <summary>How much is taken.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where to tell what happens.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    // Records print their members; the token of the hub above must not be among them.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append(nameof(Folder)).Append(" = ").Append(Folder).Append(", ");
        builder.Append(nameof(Storage)).Append(" = ").Append(Storage).Append(", ");
        builder.Append(nameof(Address)).Append(" = ").Append(Address).Append(", ");
        builder.Append(nameof(Port)).Append(" = ").Append(Port).Append(", ");
        builder.Append(nameof(ReadOnly)).Append(" = ").Append(ReadOnly).Append(", ");
        builder.Append(nameof(Tokens)).Append(" = ").Append(Tokens.Count).Append(" of them, ");
        builder.Append(nameof(Upstream)).Append(" = ").Append(Upstream);
        return true;
    }

    internal HubServerOptions Checked()
    {
        if (Folder is null && Storage is null)
        {
            throw new ArgumentException("There is nothing to serve: name a folder of repositories (Folder), a store (Storage), or both.");
        }

        if (Port is < 0 or > 65535)
        {
            throw new ArgumentException($"Port is {Port}; it must be 0 to 65535.");
        }

        if (Upstream is not null && Storage is null)
        {
            throw new ArgumentException("Upstream needs Storage: what comes from the other hub is kept there.");
        }

        if (!IPAddress.IsLoopback(Address) && Tokens.Count == 0 && !AllowAnonymousRemote)
        {
            throw new ArgumentException(
                $"Address is {Address}, which other machines reach, and there are no tokens. Give Tokens, or set AllowAnonymousRemote."
            );
        }

        foreach (var token in Tokens)
        {
            _ = RepoId.Parse(token.User); // The user's name becomes the owner of repositories and the author of commits.
        }

        if (PathPrefix.Length > 0 && (PathPrefix[0] != '/' || PathPrefix[^1] == '/'))
        {
            throw new ArgumentException($"PathPrefix is '{PathPrefix}'; it must begin with '/' and not end with one.");
        }

        LargeFiles.Check();
        Limits.Check();
        return PathPrefix.Length == 0 && PublicUrl is not null ? this with { PathPrefix = PublicUrl.AbsolutePath.TrimEnd('/') } : this;
    }
}
