using System.Security.Cryptography;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Writes ensembles as hub repositories: one PEFT adapter per member, manifest, preprocessing and model card.</summary>
public static class EnsembleWriter
{
    /// <summary>An empty file that lies in the folder while it is written: what stays half-written never passes for the whole.</summary>
    internal const string UnfinishedMark = ".lora_ensemble.incomplete";

    /// <summary>Writes the members and their manifest; equal members give equal bytes.</summary>
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
    public static async Task<EnsembleManifest> WriteAsync(
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
        var manifest = Draft(facts, set, model.Identity);
        ManifestCheck.Check(manifest, folder);
        if (manifest.Id2Label is { } labels && set.Classes is { } classes && labels.Count != classes)
        {
            throw new AdapterException($"{folder}: id2label has {labels.Count} labels; the members' heads have {classes} classes.");
        }

        CheckFolder(folder);
        Directory.CreateDirectory(folder);
        var mark = Path.Combine(folder, UnfinishedMark);
        await File.WriteAllBytesAsync(mark, [], cancellationToken).ConfigureAwait(false); // Empty, so there is no half of it.
        StoppedWrites.Remove(folder);
        File.Delete(Path.Combine(folder, EnsembleManifest.FileName));
        var writer = new PeftWriter(set, model.Catalogue, options.Naming, manifest.BaseModel!.RepoId, manifest.BaseModel.Revision);
        var hash = string.Join(',', model.Identity.Files.Values.Select(file => file.Sha256).Order(StringComparer.Ordinal));
        var members = new List<ManifestMember>();
        foreach (var (index, member) in manifest.Members!.Index())
        {
            var path = Path.Combine(folder, member.Path!);
            Directory.CreateDirectory(path);
            var metadata = new Dictionary<string, string> { ["lora_ensemble.member"] = member.Path!, ["lora_ensemble.base_sha256"] = hash };
            await writer.WriteAsync(path, index, metadata, cancellationToken).ConfigureAwait(false);
            members.Add(member with { Sha256 = await HashesAsync(path, cancellationToken).ConfigureAwait(false) });
        }

        RemoveSurplus(folder, members.Count);
        manifest = manifest with { Members = members };
        foreach (var (name, text) in options.InputFiles)
        {
            await TextFile.WriteAsync(Path.Combine(folder, name), text, cancellationToken).ConfigureAwait(false);
        }

        if (options.Card)
        {
            var card = EnsembleCard.Write(manifest, new(set.Count, set.Rank, set.ParameterCount), options);
            await TextFile.WriteAsync(Path.Combine(folder, "README.md"), card, cancellationToken).ConfigureAwait(false);
        }

        await TextFile
            .WriteAsync(Path.Combine(folder, EnsembleManifest.FileName), manifest.ToJson(), cancellationToken)
            .ConfigureAwait(false);
        File.Delete(mark);
        return manifest;
    }

    private static EnsembleManifest Draft(EnsembleManifest facts, AdapterSet set, BaseIdentity identity) =>
        facts with
        {
            Format = EnsembleManifest.FormatName,
            FormatVersion = EnsembleManifest.KnownVersion,
            Method = facts.Method ?? (set.Count == 1 ? "single-lora" : "lora-ensemble"),
            Aggregation = facts.Aggregation ?? "mean_probability",
            BaseModel = (facts.BaseModel ?? new ManifestBase()) with
            {
                RepoId = identity.RepoId ?? facts.BaseModel?.RepoId,
                Revision = identity.RepoId is null ? facts.BaseModel?.Revision : identity.Revision,
                ModelType = identity.ModelType,
                Sha256 = identity.Files.ToDictionary(file => file.Key, file => file.Value.Sha256),
                Size = identity.Files.ToDictionary(file => file.Key, file => file.Value.Size),
            },
            Members =
            [
                .. set
                    .Members.Index()
                    .Select(member =>
                        (facts.Members?.ElementAtOrDefault(member.Index) ?? new ManifestMember()) with
                        {
                            Path = $"member-{member.Index:00}",
                            Seed = member.Item.Seed,
                            Sha256 = null,
                        }
                    ),
            ],
        };

    private static async Task<IReadOnlyDictionary<string, string>> HashesAsync(string folder, CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<string, string>();
        foreach (var name in new[] { "adapter_config.json", "adapter_model.safetensors" })
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, name), cancellationToken).ConfigureAwait(false);
            hashes.Add(name, Convert.ToHexStringLower(SHA256.HashData(bytes)));
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
                !name.StartsWith('.') && name is not ("README.md" or RunConfig.FileName) && !InputPipelines.IsInputFile(name)
            );
        if (foreign is not null)
        {
            throw new AdapterException(
                $"{folder} holds {foreign} and no {EnsembleManifest.FileName}, so it is something else than an ensemble. Choose an empty folder."
            );
        }
    }

    /// <summary>Members of an earlier, larger ensemble in the same folder would otherwise be left behind.</summary>
    private static void RemoveSurplus(string folder, int count)
    {
        foreach (var surplus in Directory.GetDirectories(folder, "member-*"))
        {
            if (int.TryParse(Path.GetFileName(surplus)["member-".Length..], out var number) && number >= count)
            {
                Directory.Delete(surplus, recursive: true);
            }
        }
    }
}
