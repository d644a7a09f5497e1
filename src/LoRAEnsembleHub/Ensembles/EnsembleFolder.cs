using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Compute;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>The members of a folder, found by its manifest or by their adapter_config.json; no tensor is read.</summary>
public sealed class EnsembleFolder
{
    private EnsembleFolder(string path, EnsembleManifest? manifest, IReadOnlyList<string> members) =>
        (FolderPath, Manifest, MemberFolders) = (path, manifest, members);

    /// <summary>The folder.</summary>
    public string FolderPath { get; }

    /// <summary>The checked manifest, or null for plain PEFT folders.</summary>
    public EnsembleManifest? Manifest { get; }

    /// <summary>One folder per member, in the order of the members axis.</summary>
    public IReadOnlyList<string> MemberFolders { get; }

    /// <summary>The files that members, and what they share, consist of: paths in the folder with forward slashes. None without a manifest.</summary>
    public IReadOnlyList<string> Files =>
        Manifest is null
            ? []
            :
            [
                .. Parts(Manifest)
                    .SelectMany(part =>
                        (part.Sha256?.Keys ?? EnsembleMethod.FilesOf(Manifest, part)).Select(file => $"{part.Path}/{file}")
                    ),
            ];

    /// <summary>The folder of a whole model that the ensemble brings: its shared weights, or its first member.</summary>
    public string ModelFolder => Manifest?.Shared is null ? MemberFolders[0] : Path.Combine(FolderPath, EnsembleMethod.SharedFolder);

    /// <summary>Finds the members of an ensemble folder, a folder of PEFT members (in the order of their names), or one PEFT adapter.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="AdapterException">The manifest is wrong, there is no adapter, or it is not clear which ones are the members.</exception>
    public static EnsembleFolder Open(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"There is no folder {folder}; an ensemble is a folder with {EnsembleManifest.FileName} or with PEFT adapters."
            );
        }

        if (File.Exists(Path.Combine(folder, EnsembleWriter.UnfinishedMark)))
        {
            throw new AdapterException(
                $"{folder} is half-written: {EnsembleWriter.UnfinishedMark} is left from a writing that did not come to its end. Write or fetch the ensemble again."
            )
            {
                IsIntegrity = true,
            };
        }

        var manifest = Path.Combine(folder, EnsembleManifest.FileName);
        if (File.Exists(manifest))
        {
            var parsed = EnsembleManifest.Parse(File.ReadAllText(manifest), manifest);
            return new EnsembleFolder(folder, parsed, [.. parsed.Members!.Select(member => Path.Combine(folder, member.Path!))]);
        }

        var members = PlainMembers.Find(folder);
        return members.Count > 0
            ? new EnsembleFolder(folder, null, members)
            : throw new AdapterException(
                $"{folder} has neither {EnsembleManifest.FileName} nor an adapter_config.json, also not in a folder below it; it is no ensemble and no PEFT adapter."
            );
    }

    /// <summary>Opens a folder, and of its members those that are asked for.</summary>
    /// <param name="folder">As for <see cref="Open(string)"/>.</param>
    /// <param name="members">As for <see cref="Select"/>, or null for all.</param>
    internal static EnsembleFolder Open(string folder, IReadOnlyList<int>? members) =>
        members is null ? Open(folder) : Open(folder).Select(members);

    /// <summary>The same folder with some of its members only: files of the others are neither read nor checked.</summary>
    /// <param name="members">Places from 0, each once; one or more, in the order wanted.</param>
    /// <returns>
    /// The chosen members with their temperatures; what was measured is left out of the manifest, as it was measured with all members.
    /// </returns>
    /// <exception cref="AdapterException">There is no such member, one is given twice, or the predictions are passes of one network.</exception>
    public EnsembleFolder Select(params IReadOnlyList<int> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (Manifest?.Dropout is not null)
        {
            throw new AdapterException(
                $"{FolderPath} is an {Manifest.Method}: its predictions are passes of one network, not members to choose from."
            );
        }

        var count = MemberFolders.Count;
        if (members.Count == 0 || members.Distinct().Count() != members.Count || members.Any(member => member < 0 || member >= count))
        {
            throw new AdapterException(
                $"{FolderPath} has {count} members, from 0; chosen were {string.Join(", ", members)}. Choose one or more, each once."
            );
        }

        var chosen = Manifest is null
            ? null
            : Manifest with
            {
                Members = [.. members.Select(member => Manifest.Members![member])],
                Temperature = Manifest.Temperature is JsonArray each
                    ? new JsonArray([.. members.Select(member => each[member]!.DeepClone())])
                    : Manifest.Temperature,
                Metrics = null,
            };
        return new EnsembleFolder(FolderPath, chosen, [.. members.Select(member => MemberFolders[member])]);
    }

    /// <summary>Compares the files of every member with the hashes of the manifest.</summary>
    /// <exception cref="AdapterException">A file is missing or is not the one that was written.</exception>
    public void VerifyMembers()
    {
        (string Path, string Expected)[] files =
        [
            .. (Manifest is null ? [] : Parts(Manifest)).SelectMany(member =>
                (member.Sha256 ?? new Dictionary<string, string>()).Select(file =>
                    (Path.Combine(FolderPath, member.Path!, file.Key), file.Value)
                )
            ),
        ];
        ParallelItems.For(files.Length, index => Verify(files[index].Path, files[index].Expected));
    }

    private static void Verify(string path, string expected)
    {
        if (!File.Exists(path))
        {
            throw new AdapterException($"{path} is missing; {EnsembleManifest.FileName} lists it. Fetch the ensemble again.")
            {
                IsIntegrity = true,
            };
        }

        using var stream = File.OpenRead(path);
        var found = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (!found.Equals(expected, StringComparison.OrdinalIgnoreCase))
        {
            throw new AdapterException(
                $"{path} has the SHA-256 {found}; {EnsembleManifest.FileName} says {expected}. The file was changed or damaged; fetch the ensemble again."
            )
            {
                IsIntegrity = true,
            };
        }
    }

    /// <summary>The same, and tells where hashes are missing.</summary>
    internal void VerifyMembers(List<string> warnings)
    {
        VerifyMembers();
        if (Parts(Manifest!).Any(member => member.Sha256 is not { Count: > 0 }))
        {
            warnings.Add(
                "The manifest does not state the hashes of every member, so it was not verified that they are as they were written."
            );
        }
    }

    private static IEnumerable<ManifestMember> Parts(EnsembleManifest manifest) =>
        manifest.Members!.Append(manifest.Shared).OfType<ManifestMember>();
}
