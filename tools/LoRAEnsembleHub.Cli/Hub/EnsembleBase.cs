using System.Security.Cryptography;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The base that the manifest of a pulled ensemble names: which files of it are needed, and what they must be.</summary>
internal sealed record EnsembleBase
{
    // Configuration, preprocessing and vocabulary; never the weights in another framework's format.
    private static readonly string[] companions = ["*.json", "*.txt", "*.md", "LICENSE*", "NOTICE*"];

    private readonly ManifestBase manifest;
    private readonly string ensemble;

    private EnsembleBase(RepoId repo, PullOptions pull, ManifestBase manifest, string ensemble) =>
        (Repo, Pull, this.manifest, this.ensemble) = (repo, pull, manifest, ensemble);

    public RepoId Repo { get; }

    public PullOptions Pull { get; }

    /// <summary>Reads the manifest of what was pulled.</summary>
    /// <returns>The base; null if this is no ensemble, or its manifest names no repository.</returns>
    public static EnsembleBase? Of(Snapshot snapshot) =>
        snapshot.Repo.Type == RepoType.Model && snapshot.Files.Any(file => file.Path == EnsembleManifest.FileName)
            ? Of(snapshot.Folder, snapshot.Repo.FullName)
            : null;

    /// <summary>Reads the manifest in a folder.</summary>
    /// <returns>The base; null if there is no manifest, or it names no repository.</returns>
    public static EnsembleBase? Of(string folder) =>
        File.Exists(Path.Combine(folder, EnsembleManifest.FileName)) ? Of(folder, folder) : null;

    private static EnsembleBase? Of(string folder, string name)
    {
        var file = Path.Combine(folder, EnsembleManifest.FileName);
        var wanted = EnsembleManifest.Parse(File.ReadAllText(file), file).BaseModel!;
        if (wanted.RepoId is null || !RepoId.TryParse(wanted.RepoId, RepoType.Model, out var repo))
        {
            return null;
        }

        string[] weights = wanted.Sha256 is { Count: > 0 } hashes ? [.. hashes.Keys] : ["*.safetensors"];
        var pull = new PullOptions
        {
            Revision = wanted.Revision is { } revision ? Revision.Parse(revision) : Revision.Main,
            Patterns = new FilePatterns([.. companions, .. weights]),
        };
        return new EnsembleBase(repo, pull, wanted, name);
    }

    /// <summary>Compares the weights that were pulled with those that the ensemble was trained on.</summary>
    /// <exception cref="CommandException">They are others, or one is missing.</exception>
    public async Task VerifyAsync(Snapshot found, CancellationToken cancellationToken)
    {
        foreach (var (name, expected) in manifest.Sha256 ?? new Dictionary<string, string>())
        {
            var file = found.Files.FirstOrDefault(file => file.Path == name);
            var actual = file is null ? null : await HashAsync(file.LocalPath, cancellationToken).ConfigureAwait(false);
            if (actual is null || !actual.Equals(expected, StringComparison.OrdinalIgnoreCase))
            {
                throw new CommandException(
                    "integrity",
                    $"{ensemble} was trained on {Repo} with a {name} whose SHA-256 is {expected}; at {found.Commit.Hex} "
                        + (actual is null ? "there is no such file." : $"it is {actual}."),
                    $"Both were pulled, but do not fit. The ensemble's manifest names "
                        + (manifest.Revision is null ? "no commit of its base, and the base has changed since" : "this commit")
                        + "; ask its owner, or pull with --no-base and give the right base yourself.",
                    ExitCode.Integrity
                );
            }
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(path);
        await using (stream.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        }
    }
}
