namespace LoRAEnsembleHub.Hub;

/// <summary>Where a hub answers what: pure functions from names to addresses below the endpoint, escaped.</summary>
/// <remarks>Hugging Face Hub API; a revision is one part of a path, so its <c>/</c> is escaped, while a file's stay.</remarks>
internal static class HubAddresses
{
    public const string WhoAmI = "api/whoami-v2";
    public const string CreateRepo = "api/repos/create";
    public const string DeleteRepo = "api/repos/delete";

    public static string Repos(RepoType type) => "api/" + type.Plural();

    public static string Repo(RepoId repo) => $"{Repos(repo.Type)}/{repo.FullName}";

    public static string Revision(RepoId repo, Revision revision) => $"{Repo(repo)}/revision/{Escaped(revision)}";

    public static string Tree(RepoId repo, CommitHash commit) => $"{Repo(repo)}/tree/{commit.Hex}?recursive=true&expand=false";

    public static string PathsInfo(RepoId repo, CommitHash commit) => $"{Repo(repo)}/paths-info/{commit.Hex}";

    public static string Refs(RepoId repo) => $"{Repo(repo)}/refs";

    public static string Branch(RepoId repo, Revision branch) => $"{Repo(repo)}/branch/{Escaped(branch)}";

    /// <summary>A revision to put a tag on, or a tag to delete.</summary>
    public static string Tag(RepoId repo, Revision revision) => $"{Repo(repo)}/tag/{Escaped(revision)}";

    /// <summary>The content of a file at a commit.</summary>
    public static string File(RepoId repo, CommitHash commit, string path) =>
        $"{repo.Type.AddressPrefix()}{repo.FullName}/resolve/{commit.Hex}/{Escaped(RepoPath.Check(path))}";

    public static string Escaped(Revision revision) => Uri.EscapeDataString(revision.Name);

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
