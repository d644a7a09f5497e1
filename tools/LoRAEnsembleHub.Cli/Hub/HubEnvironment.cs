using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The environment variables that Hugging Face's tools obey, read once; nothing else in the project looks at them.</summary>
/// <remarks>huggingface_hub, constants.py: names, defaults and what counts as true.</remarks>
internal sealed partial record HubEnvironment
{
    private const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>Base address of the hub, without a slash at the end.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Where tokens lie: <c>token</c> and <c>stored_tokens</c>.</summary>
    public required string TokenFile { get; init; }

    /// <summary>Cache of repositories.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The places of tokens, without one given for the call.</summary>
    public required TokenSources Tokens { get; init; }

    /// <summary>No request may leave.</summary>
    public bool IsOffline { get; init; }

    /// <summary>How long the next bytes of a body may take; null where nothing is said.</summary>
    public TimeSpan? DownloadTimeout { get; init; }

    /// <summary>Whether links in the cache are not to be made.</summary>
    public bool DisablesSymbolicLinks { get; init; }

    /// <summary>A file of certificates to trust, as OpenSSL and Python's requests name it.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Null: bars on a terminal; otherwise forced.</summary>
    public bool? DisablesProgressBars { get; init; }

    /// <summary>All places of tokens.</summary>
    /// <param name="given">The one given for the call, or null.</param>
    public TokenSources TokensWith(string? given) => Tokens with { Given = given };

    public static HubEnvironment Read() => Read(Environment.GetEnvironmentVariable, HomeFolder());

    /// <summary>Reads variables through a function, so that tests need no process of their own.</summary>
    public static HubEnvironment Read(Func<string, string?> variable, string home)
    {
        string? Get(string name) => variable(name) is { Length: > 0 } value ? value : null;
        string? Folder(string name) => Get(name) is { } path ? Expanded(path, variable, home) : null;
        var cacheHome = Folder("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache");
        var hubHome = Folder("HF_HOME") ?? Path.Combine(cacheHome, "huggingface");
        var tokenFile = Folder("HF_TOKEN_PATH") ?? Path.Combine(hubHome, "token");
        return new HubEnvironment
        {
            Endpoint = (Get("HF_ENDPOINT") ?? DefaultEndpoint).TrimEnd('/'),
            CacheFolder = Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(hubHome, "hub"),
            TokenFile = tokenFile,
            Tokens = new TokenSources
            {
                Environment = Get("HF_TOKEN"),
                OldEnvironment = Get("HUGGING_FACE_HUB_TOKEN"),
                TokenFile = tokenFile,
                OnlyGiven = IsTrue(Get("HF_HUB_DISABLE_IMPLICIT_TOKEN")),
            },
            IsOffline = IsTrue(Get("HF_HUB_OFFLINE")) || IsTrue(Get("TRANSFORMERS_OFFLINE")),
            DownloadTimeout = Seconds("HF_HUB_DOWNLOAD_TIMEOUT", Get("HF_HUB_DOWNLOAD_TIMEOUT")),
            DisablesSymbolicLinks = IsTrue(Get("HF_HUB_DISABLE_SYMLINKS")),
            DisablesProgressBars = Get("HF_HUB_DISABLE_PROGRESS_BARS") is { } bars ? IsTrue(bars) : null,
            CertificateAuthorityFile = Folder("REQUESTS_CA_BUNDLE") ?? Folder("SSL_CERT_FILE"),
        };
    }

    private static bool IsTrue(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    private static TimeSpan? Seconds(string name, string? text) =>
        text is null ? null
        : int.TryParse(text, out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds)
        : throw CommandException.Usage($"{name} is {text}; it must be a whole number of seconds above 0.");

    // As Python's expanduser and expandvars do for these variables: a leading ~, then $NAME and ${NAME}; unknown names stay.
    private static string Expanded(string path, Func<string, string?> variable, string home)
    {
        var rooted =
            path == "~" ? home
            : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, path[2..])
            : path;
        return Path.GetFullPath(VariableName().Replace(rooted, match => variable(match.Groups["name"].Value) ?? match.Value));
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"\$(\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}|(?<name>[A-Za-z_][A-Za-z0-9_]*))")]
    private static partial System.Text.RegularExpressions.Regex VariableName();

    private static string HomeFolder() =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
}
