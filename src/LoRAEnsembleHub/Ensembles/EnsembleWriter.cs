using System.Security.Cryptography;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Writes ensembles as hub repositories: a folder per member, manifest, preprocessing and model card.</summary>
public static class EnsembleWriter
{
    /// <summary>An empty file that lies in the folder while it is written: what stays half-written never passes for the whole.</summary>
    internal const string UnfinishedMark = ".lora_ensemble.incomplete";

    private const string CardName = "README.md";

    /// <summary>Writes LoRA members and their manifest; equal members give equal bytes.</summary>
    /// <param name="folder">Made when absent. A folder that holds something else than an ensemble is refused.</param>
    /// <param name="set">The members; written as member-00, member-01 … in their order.</param>
    /// <param name="model">The base they belong to.</param>
    /// <param name="facts">
    /// What the manifest says besides members and hashes of the base, which are filled in here; labels must match the heads. The base's
    /// repository is that of the model, else that of the facts.
    /// </param>
    /// <param name="options">Spelling and companions; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the writing; a folder left half-written is marked and refused when it is read.</param>
    /// <returns>The manifest as written.</returns>
    /// <exception cref="AdapterException">The members do not fit the base, the facts are wrong, or the folder holds something else.</exception>
    public static Task<EnsembleManifest> WriteAsync(
        string folder,
        AdapterSet set,
        PretrainedModel model,
        EnsembleManifest facts,
        EnsembleWriterOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(facts);
        options ??= new EnsembleWriterOptions();
        set.Check(model.Catalogue);
        return WriteAsync(
            folder,
            AdapterSystem.ContentOf(set, model, options, facts.BaseModel),
            model.Identity,
            facts,
            options,
            cancellationToken
        );
    }

    /// <summary>Writes an ensemble of any method; equal ensembles give equal bytes.</summary>
    /// <param name="folder">Made when absent. A folder that holds something else than an ensemble is refused.</param>
    /// <param name="system">The ensemble.</param>
    /// <param name="identity">The base it was trained from, or null to keep the one of <paramref name="facts"/>.</param>
    /// <param name="facts">What the manifest says besides members and base, which are filled in here; labels must match the heads.</param>
    /// <param name="options">Spelling and companions; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the writing; a folder left half-written is marked and refused when it is read.</param>
    /// <returns>The manifest as written.</returns>
    /// <exception cref="AdapterException">The facts are wrong, or the folder holds something else.</exception>
    public static Task<EnsembleManifest> WriteSystemAsync(
        string folder,
        EnsembleSystem system,
        BaseIdentity? identity,
        EnsembleManifest facts,
        EnsembleWriterOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(facts);
        options ??= new EnsembleWriterOptions();
        return WriteAsync(folder, system.Content(options), identity, facts, options, cancellationToken);
    }

    /// <summary>Writes LoRA members as an explicit ensemble: each merged into a whole network of its own, one at a time in memory.</summary>
    /// <param name="folder">Made when absent. A folder that holds something else than an ensemble is refused.</param>
    /// <param name="set">The members.</param>
    /// <param name="model">The base they belong to.</param>
    /// <param name="facts">What the manifest says besides members and base, which are filled in here; labels must match the heads.</param>
    /// <param name="options">Companions; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the writing; a folder left half-written is marked and refused when it is read.</param>
    /// <returns>The manifest as written.</returns>
    /// <exception cref="AdapterException">The members do not fit the base, the facts are wrong, or the folder holds something else.</exception>
    public static Task<EnsembleManifest> WriteMergedAsync(
        string folder,
        AdapterSet set,
        PretrainedModel model,
        EnsembleManifest facts,
        EnsembleWriterOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(facts);
        set.Check(model.Catalogue);
        var labels = facts.Id2Label is null ? null : facts.Labels;
        var classes = set.Classes ?? model.Labels.Count;
        if (classes == 0)
        {
            throw new AdapterException($"{set.Name} brings no heads and its base has none, so the networks would not predict.");
        }

        var content = new RepositoryContent
        {
            Method = EnsembleMethod.ExplicitEnsemble,
            Files = EnsembleMethod.ModelFiles,
            Seeds = [.. set.Members.Select(member => member.Seed)],
            Classes = classes,
            Facts = new EnsembleCardFacts(set.Count, 0, set.Count * model.ParameterCount),
            WriteMemberAsync = async (member, place, metadata, cancellation) =>
            {
                using var merged = model.Merge(set, member, set.Classes is null ? null : labels);
                await merged.SaveAsync(place, metadata, cancellation).ConfigureAwait(false);
            },
        };
        return WriteAsync(folder, content, model.Identity, facts, options ?? new EnsembleWriterOptions(), cancellationToken);
    }

    private static async Task<EnsembleManifest> WriteAsync(
        string folder,
        RepositoryContent content,
        BaseIdentity? identity,
        EnsembleManifest facts,
        EnsembleWriterOptions options,
        CancellationToken cancellationToken
    )
    {
        var manifest = Draft(facts, content, identity);
        ManifestCheck.Check(manifest, folder);
        if (
            manifest.Method != content.Method
            && (manifest.Method, content.Method) != (EnsembleMethod.LoraEnsemble, EnsembleMethod.SingleLora)
        )
        {
            throw new AdapterException($"{folder}: method is {manifest.Method}; what is to be written is of the method {content.Method}.");
        }

        if (manifest.Id2Label is { } labels && content.Classes is { } classes && labels.Count != classes)
        {
            throw new AdapterException($"{folder}: id2label has {labels.Count} labels; the members' heads have {classes} classes.");
        }

        if (options.RootAdapter is { } root && !(content.Files == EnsembleMethod.AdapterFiles && root >= 0 && root < content.Seeds.Count))
        {
            throw new AdapterException(
                $"{folder}: the adapter of member {root} cannot also lie in the folder itself; there are {content.Seeds.Count} members of the method {content.Method}."
            );
        }

        CheckFolder(folder);
        var cardIsOurs = File.Exists(Path.Combine(folder, EnsembleManifest.FileName)) || !File.Exists(Path.Combine(folder, CardName));
        Directory.CreateDirectory(folder);
        var mark = Path.Combine(folder, UnfinishedMark);
        await File.WriteAllBytesAsync(mark, [], cancellationToken).ConfigureAwait(false); // Empty, so there is no half of it.
        StoppedWrites.Remove(folder);
        File.Delete(Path.Combine(folder, EnsembleManifest.FileName));
        manifest = await WriteFilesAsync(folder, content, manifest, cancellationToken).ConfigureAwait(false);
        await PutRootAsync(folder, options.RootAdapter, manifest, cancellationToken).ConfigureAwait(false);
        foreach (var (name, text) in options.InputFiles)
        {
            await TextFile.WriteAsync(Path.Combine(folder, name), text, cancellationToken).ConfigureAwait(false);
        }

        var log = Path.Combine(folder, TrainingLog.FileName);
        if (options.Log is null)
        {
            File.Delete(log);
        }
        else
        {
            await TextFile.WriteAsync(log, options.Log.ToJson(), cancellationToken).ConfigureAwait(false);
        }

        if (options.Card && cardIsOurs)
        {
            var card = EnsembleCard.Write(manifest, content.Facts, options);
            await TextFile.WriteAsync(Path.Combine(folder, CardName), card, cancellationToken).ConfigureAwait(false);
        }

        await TextFile
            .WriteAsync(Path.Combine(folder, EnsembleManifest.FileName), manifest.ToJson(), cancellationToken)
            .ConfigureAwait(false);
        File.Delete(mark);
        return manifest;
    }

    /// <summary>Writes members and what they share, and takes away what an earlier ensemble left in the folder.</summary>
    /// <returns>The manifest with the hashes of what was written.</returns>
    private static async Task<EnsembleManifest> WriteFilesAsync(
        string folder,
        RepositoryContent content,
        EnsembleManifest manifest,
        CancellationToken cancellationToken
    )
    {
        var hash = string.Join(',', (manifest.BaseModel!.Sha256?.Values ?? []).Order(StringComparer.Ordinal));
        RemoveSurplus(folder, content);
        var members = new List<ManifestMember>();
        foreach (var (index, member) in manifest.Members!.Index())
        {
            var path = Directory.CreateDirectory(Path.Combine(folder, member.Path!)).FullName;
            var metadata = new Dictionary<string, string> { ["lora_ensemble.member"] = member.Path!, ["lora_ensemble.base_sha256"] = hash };
            await content.WriteMemberAsync(index, path, metadata, cancellationToken).ConfigureAwait(false);
            members.Add(member with { Sha256 = await HashesAsync(path, content.Files, cancellationToken).ConfigureAwait(false) });
        }

        if (content.Shared is { } shared)
        {
            var path = Path.Combine(folder, EnsembleMethod.SharedFolder);
            await shared
                .SaveAsync(path, new Dictionary<string, string> { ["lora_ensemble.base_sha256"] = hash }, cancellationToken)
                .ConfigureAwait(false);
            manifest = manifest with
            {
                Shared = manifest.Shared! with
                {
                    Sha256 = await HashesAsync(path, EnsembleMethod.ModelFiles, cancellationToken).ConfigureAwait(false),
                },
            };
        }

        return manifest with
        {
            Members = members,
        };
    }

    /// <summary>Copies a member's adapter into the folder itself, or takes away the copy that an earlier ensemble had there.</summary>
    private static async Task PutRootAsync(string folder, int? root, EnsembleManifest manifest, CancellationToken cancellationToken)
    {
        foreach (var name in EnsembleMethod.AdapterFiles)
        {
            var copy = Path.Combine(folder, name);
            File.Delete(copy);
            if (root is { } member)
            {
                var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, manifest.Members![member].Path!, name), cancellationToken)
                    .ConfigureAwait(false);
                await File.WriteAllBytesAsync(copy, bytes, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static EnsembleManifest Draft(EnsembleManifest facts, RepositoryContent content, BaseIdentity? identity) =>
        facts with
        {
            Format = EnsembleManifest.FormatName,
            FormatVersion = EnsembleManifest.KnownVersion,
            Method = facts.Method ?? content.Method,
            Aggregation = facts.Aggregation ?? "mean_probability",
            BaseModel = identity is null
                ? facts.BaseModel
                : (facts.BaseModel ?? new ManifestBase()) with
                {
                    RepoId = identity.RepoId ?? facts.BaseModel?.RepoId,
                    Revision = identity.RepoId is null ? facts.BaseModel?.Revision : identity.Revision,
                    ModelType = identity.ModelType,
                    Sha256 = identity.Files.ToDictionary(file => file.Key, file => file.Value.Sha256),
                    Size = identity.Files.ToDictionary(file => file.Key, file => file.Value.Size),
                },
            Dropout = content.Dropout is null ? null : content.Dropout with { Other = facts.Dropout?.Other },
            Shared = content.Shared is null
                ? null
                : (facts.Shared ?? new ManifestMember()) with
                {
                    Path = EnsembleMethod.SharedFolder,
                    Sha256 = null,
                },
            Members =
            [
                .. content.Seeds.Select(
                    (seed, index) =>
                        (facts.Members?.ElementAtOrDefault(index) ?? new ManifestMember()) with
                        {
                            Path = $"member-{index:00}",
                            Seed = seed,
                            Sha256 = null,
                        }
                ),
            ],
        };

    private static async Task<IReadOnlyDictionary<string, string>> HashesAsync(
        string folder,
        IReadOnlyList<string> files,
        CancellationToken cancellationToken
    )
    {
        var hashes = new Dictionary<string, string>();
        foreach (var name in files)
        {
            var stream = File.OpenRead(Path.Combine(folder, name));
            await using (stream.ConfigureAwait(false))
            {
                hashes.Add(name, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)));
            }
        }

        return hashes;
    }

    /// <summary>Refuses a folder that holds something else than an ensemble; what is there would be lost or mixed up with it.</summary>
    /// <param name="folder">Need not exist.</param>
    /// <exception cref="AdapterException">It holds something else; that is named.</exception>
    internal static void CheckFolder(string folder)
    {
        if (File.Exists(folder))
        {
            throw new AdapterException($"{folder} is a file; an ensemble is written to a folder.");
        }

        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        if (!Directory.Exists(folder) || Has(EnsembleManifest.FileName) || Has(UnfinishedMark))
        {
            return;
        }

        // settings, a card or a processor may have been put there for the ensemble; members without a manifest are someone else's adapters
        var foreign = Directory
            .EnumerateFileSystemEntries(folder)
            .Select(entry => Path.GetFileName(entry))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(name =>
                !name.StartsWith('.')
                && name is not (CardName or RunConfig.FileName or TrainingLog.FileName)
                && !InputPipelines.IsInputFile(name)
            );
        if (foreign is not null)
        {
            throw new AdapterException(
                $"{folder} holds {foreign} and no {EnsembleManifest.FileName}, so it is something else than an ensemble. Choose an empty folder."
            );
        }
    }

    /// <summary>Members of an earlier ensemble in the same folder, larger or of another method, would otherwise be left behind.</summary>
    private static void RemoveSurplus(string folder, RepositoryContent content)
    {
        foreach (var member in Directory.GetDirectories(folder, "member-*"))
        {
            if (!int.TryParse(Path.GetFileName(member)["member-".Length..], out var number))
            {
                continue;
            }

            if (number >= content.Seeds.Count)
            {
                Directory.Delete(member, recursive: true);
                continue;
            }

            foreach (var file in EnsembleMethod.AllFiles.Except(content.Files))
            {
                File.Delete(Path.Combine(member, file));
            }
        }

        var shared = Path.Combine(folder, EnsembleMethod.SharedFolder);
        if (content.Shared is null && Directory.Exists(shared))
        {
            Directory.Delete(shared, recursive: true);
        }
    }
}
