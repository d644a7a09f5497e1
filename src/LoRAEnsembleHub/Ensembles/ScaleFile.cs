using System.Text.Json;
using System.Text.Json.Serialization;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>The files of one member of a BatchEnsemble: which projections it scales, and its numbers.</summary>
internal static class ScaleFile
{
    /// <summary>Says what the numbers belong to.</summary>
    public const string ConfigName = "batch_ensemble.json";

    /// <summary>Holds the numbers by the names of <see cref="ScaleNames"/>, and the head's.</summary>
    public const string WeightsName = "batch_ensemble.safetensors";

    private const string FormatName = "batch-ensemble-member";
    private const int KnownVersion = 1;

    private static readonly JsonSerializerOptions options = new(ConfigJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Writes one member into a folder that is there.</summary>
    public static async Task WriteAsync(
        string folder,
        ScaleSet set,
        int member,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken
    )
    {
        var tensors = MemberOf(set, member);
        try
        {
            var entries = new Dictionary<string, string>(metadata) { ["format"] = "pt" };
            await TensorFile.WriteAsync(Path.Combine(folder, WeightsName), tensors, entries, cancellationToken).ConfigureAwait(false);
            var config = new Config(FormatName, KnownVersion, set.Sites);
            await TextFile
                .WriteAsync(
                    Path.Combine(folder, ConfigName),
                    ConfigJson.Write(JsonSerializer.SerializeToNode(config, options)!),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        finally
        {
            Free(tensors);
        }
    }

    /// <summary>Reads all members of an ensemble.</summary>
    /// <param name="name">What the set is called in messages.</param>
    /// <param name="folders">One per member.</param>
    /// <param name="seeds">One per member, or null.</param>
    /// <returns>The set, not yet checked against a model; the caller disposes it.</returns>
    /// <exception cref="AdapterException">A file says something else than is understood, or members differ in their names or shapes.</exception>
    /// <exception cref="Safetensors.SafetensorsException">A weight file is malformed.</exception>
    public static ScaleSet Read(string name, IReadOnlyList<string> folders, IReadOnlyList<long?> seeds)
    {
        var sites = SitesOf(folders[0]);
        var members = new List<IReadOnlyDictionary<string, Tensor>>();
        try
        {
            foreach (var folder in folders)
            {
                members.Add(TensorFile.Read(Path.Combine(folder, WeightsName)));
                CheckAlike(folder, sites, folders[0], members);
            }

            using var scope = NewDisposeScope();
            return new ScaleSet(
                name,
                seeds,
                sites,
                members[0]
                    .Keys.ToDictionary(
                        key => key,
                        key => stack(members.Select(member => member[key])).DetachFromDisposeScope(),
                        StringComparer.Ordinal
                    )
            );
        }
        finally
        {
            members.ForEach(Free);
        }
    }

    private static void CheckAlike(
        string folder,
        IReadOnlyList<string> sites,
        string first,
        List<IReadOnlyDictionary<string, Tensor>> members
    )
    {
        if (!SitesOf(folder).SequenceEqual(sites))
        {
            throw new AdapterException(
                $"{folder} and {first} scale different projections; all members of a batch-ensemble scale the same."
            );
        }

        var (own, wanted) = (members[^1], members[0]);
        foreach (var key in own.Keys.Union(wanted.Keys))
        {
            if (
                !own.TryGetValue(key, out var found)
                || !wanted.TryGetValue(key, out var needed)
                || !found.shape.SequenceEqual(needed.shape)
            )
            {
                throw new AdapterException($"{folder} and {first} differ in {key}; all members must have the same names and shapes.");
            }

            if (found.dtype != ScalarType.Float32)
            {
                throw new AdapterException($"{Path.Combine(folder, WeightsName)}: {key} is {found.dtype}; needed is Float32.");
            }
        }
    }

    /// <summary>The scaled projections of a member.</summary>
    /// <exception cref="AdapterException">The file says something else than is understood.</exception>
    public static IReadOnlyList<string> SitesOf(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        try
        {
            var config = JsonSerializer.Deserialize<Config>(File.ReadAllText(path), options);
            return config is { Format: FormatName, FormatVersion: KnownVersion, Sites.Count: > 0 }
                ? config.Sites
                : throw new AdapterException(
                    $"{path} is {config?.Format ?? "null"}, version {config?.FormatVersion}, with {config?.Sites.Count ?? 0} sites; "
                        + $"needed is {FormatName}, version {KnownVersion}, with one site or more."
                );
        }
        catch (JsonException e)
        {
            throw new AdapterException($"{path} does not describe a member of a batch-ensemble: {e.Message}", e) { IsIntegrity = true };
        }
    }

    private static Dictionary<string, Tensor> MemberOf(ScaleSet set, int member)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        return set.Values.ToDictionary(
            value => value.Key,
            value => value.Value[member].clone().DetachFromDisposeScope(),
            StringComparer.Ordinal
        );
    }

    private static void Free(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private sealed record Config(string Format, int FormatVersion, IReadOnlyList<string> Sites);
}
