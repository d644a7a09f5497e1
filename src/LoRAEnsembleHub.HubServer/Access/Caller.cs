namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Who asks, as far as the server knows.</summary>
/// <param name="Token">The token that came along; null for somebody unknown.</param>
/// <param name="IsOpen">Whether the server has no tokens and lets everybody do everything.</param>
internal sealed record Caller(ServerToken? Token, bool IsOpen)
{
    /// <summary>The user's name on a server without tokens.</summary>
    public const string OpenUser = "local";

    public string? User => Token?.User ?? (IsOpen ? OpenUser : null);

    /// <summary>Whether private repositories of an owner can be seen.</summary>
    public bool Opens(RepoId repo) => IsOpen || (Token is not null && Covers(repo));

    /// <summary>Whether repositories of an owner can be changed.</summary>
    public bool MayWrite(RepoId repo) => IsOpen || (Token is { Role: TokenRole.Write } && Covers(repo));

    private bool Covers(RepoId repo) =>
        Token!.Namespaces is not { } owners || owners.Contains(repo.Namespace ?? "", StringComparer.OrdinalIgnoreCase);
}
