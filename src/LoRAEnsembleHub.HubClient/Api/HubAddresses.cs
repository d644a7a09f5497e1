namespace LoRAEnsembleHub.Hub;

/// <summary>Where a hub answers what: pure functions from names to addresses below the endpoint, escaped.</summary>
/// <remarks>Hugging Face Hub API; a revision is one part of a path, so its <c>/</c> is escaped, while a file's stay.</remarks>
internal static class HubAddresses
{
    public const string WhoAmI = "api/whoami-v2";
    public const string CreateRepo = "api/repos/create";
    public const string DeleteRepo = "api/repos/delete";
    public const string ValidateYaml = "api/validate-yaml";

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

    /// <summary>Where a push learns how to send each file.</summary>
    public static string Preupload(RepoId repo, Revision revision) => $"{Repo(repo)}/preupload/{Escaped(revision)}";

    /// <summary>Where a push ends.</summary>
    public static string Commit(RepoId repo, Revision revision) => $"{Repo(repo)}/commit/{Escaped(revision)}";

    /// <summary>The page of a pull request, <c>refs/pr/N</c>.</summary>
    public static string Discussion(RepoId repo, string pullRequest) =>
        $"{repo.Type.AddressPrefix()}{repo.FullName}/discussions/{pullRequest.Split('/')[^1]}";

    /// <summary>The newest commits of a revision.</summary>
    public static string Commits(RepoId repo, Revision revision, int count) => $"{Repo(repo)}/commits/{Escaped(revision)}?limit={count}";

    /// <summary>Git LFS's question where objects go.</summary>
    public static string LfsBatch(RepoId repo) => $"{repo.Type.AddressPrefix()}{repo.FullName}.git/info/lfs/objects/batch";

    public static string Escaped(Revision revision) => Uri.EscapeDataString(revision.Name);

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
