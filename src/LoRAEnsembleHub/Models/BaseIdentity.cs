using System.Security.Cryptography;

namespace LoRAEnsembleHub.Models;

/// <summary>Which pretrained model this is: where it came from and the hashes of its weights.</summary>
/// <remarks>Hashing reads the whole files and is done once, when first asked for.</remarks>
public sealed class BaseIdentity
{
    private readonly Lazy<IReadOnlyDictionary<string, WeightFile>> files;

    internal BaseIdentity(string folder, IReadOnlyList<string> names, string modelType, ModelOptions options)
    {
        (Folder, ModelType, RepoId, Revision) = (folder, modelType, options.RepoId, options.Revision);
        files = new(() => names.Order(StringComparer.Ordinal).ToDictionary(name => name, name => Hash(Path.Combine(folder, name))));
    }

    /// <summary>The folder that the model was loaded from.</summary>
    public string Folder { get; }

    /// <summary>As in config.json.</summary>
    public string ModelType { get; }

    /// <summary>The repository that the folder is a copy of, or null.</summary>
    public string? RepoId { get; }

    /// <summary>The commit of the repository, or null.</summary>
    public string? Revision { get; }

    /// <summary>Size and SHA-256 of every weight file by bare name.</summary>
    /// <exception cref="IOException">A file can no longer be read.</exception>
    public IReadOnlyDictionary<string, WeightFile> Files => files.Value;

    private static WeightFile Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return new WeightFile(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }
}

/// <summary>Facts of one weight file.</summary>
/// <param name="Sha256">64 hexadecimal digits in lower case.</param>
/// <param name="Size">Bytes.</param>
public sealed record WeightFile(string Sha256, long Size);
