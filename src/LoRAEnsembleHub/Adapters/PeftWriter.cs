using System.Text.Json.Nodes;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>Writes members of a set as ordinary PEFT adapters.</summary>
/// <remarks>peft, utils/save_and_load.py and tuners/lora/config.py. Equal members give equal bytes.</remarks>
internal sealed class PeftWriter(AdapterSet set, AdapterCatalogue catalogue, PeftNaming naming, string? baseRepoId, string? revision)
{
    private static readonly Dictionary<ProjectionKind, string[]> leaves = new()
    {
        [ProjectionKind.Query] = ["query", "q_proj"],
        [ProjectionKind.Key] = ["key", "k_proj"],
        [ProjectionKind.Value] = ["value", "v_proj"],
        [ProjectionKind.Output] = ["attention.output.dense", "o_proj"],
    };

    /// <summary>Writes adapter_config.json and adapter_model.safetensors into a folder that is there.</summary>
    /// <param name="folder">The member's folder.</param>
    /// <param name="member">Which member, from 0.</param>
    /// <param name="metadata">Entries for the header besides <c>format</c>.</param>
    /// <param name="cancellationToken">Stops the writing; each file is either the old or the new one.</param>
    public async Task WriteAsync(
        string folder,
        int member,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken
    )
    {
        var tensors = Tensors(member);
        try
        {
            var entries = new Dictionary<string, string>(metadata) { ["format"] = "pt" };
            await TensorFile
                .WriteAsync(Path.Combine(folder, PeftMember.WeightsFile), tensors, entries, cancellationToken)
                .ConfigureAwait(false);
            await TextFile
                .WriteAsync(Path.Combine(folder, PeftMember.ConfigFile), ConfigJson.Write(Config(member)), cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
    }

    private Dictionary<string, Tensor> Tensors(int member)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var stored = set.Members[member].Stored;
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Tensor Plain(Tensor tensor) => tensor.to(stored).contiguous().clone().DetachFromDisposeScope();
        foreach (var site in Adapted(member))
        {
            var (down, up) = set.Sites[site.Name].Member(member);
            foreach (var path in Paths(site))
            {
                tensors.Add($"base_model.model.{path}.lora_A.weight", Plain(down));
                tensors.Add($"base_model.model.{path}.lora_B.weight", Plain(up));
            }
        }

        foreach (var (name, stacked) in set.Head)
        {
            tensors.Add($"base_model.model.{name}", Plain(stacked[member]));
        }

        return tensors;
    }

    private JsonObject Config(int member)
    {
        var sites = Adapted(member).ToArray();
        int Rank(AdapterSite site) => set.Sites[site.Name].Ranks[member];
        double Alpha(AdapterSite site) => set.Sites[site.Name].Scales[member] * Rank(site);
        var (rank, alpha) = (Commonest(sites.Select(Rank)), Commonest(sites.Select(Alpha)));
        var (modules, heads) = (
            Targets(sites),
            catalogue.Heads.FirstOrDefault(layout => layout.Parameters.All(p => set.Head.ContainsKey(p.Name)))
        );
        return new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = catalogue.TaskType,
            ["auto_mapping"] = catalogue.TaskType is not null
                ? null
                : new JsonObject
                {
                    ["base_model_class"] = (heads ?? catalogue.Heads[0]).PythonClass,
                    ["parent_library"] = catalogue.PythonModule,
                },
            ["base_model_name_or_path"] = baseRepoId,
            ["revision"] = revision,
            ["inference_mode"] = true,
            ["r"] = rank,
            ["lora_alpha"] = Number(alpha),
            ["lora_dropout"] = 0.0,
            ["target_modules"] = new JsonArray([.. modules.Select(module => JsonValue.Create(module))]),
            ["modules_to_save"] = heads is null ? null : new JsonArray([.. heads.Modules.Select(module => JsonValue.Create(module))]),
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["use_rslora"] = false,
            ["init_lora_weights"] = true,
            ["rank_pattern"] = Pattern(sites.Where(site => Rank(site) != rank), site => Rank(site)),
            ["alpha_pattern"] = Pattern(sites.Where(site => Alpha(site) != alpha), site => Number(Alpha(site))),
        };
    }

    private IEnumerable<AdapterSite> Adapted(int member) =>
        catalogue.Sites.Where(site => set.Sites.TryGetValue(site.Name, out var factors) && factors.Ranks[member] > 0);

    /// <summary>Short names where whole kinds are adapted in every block, full paths otherwise; always in both spellings.</summary>
    private IEnumerable<string> Targets(AdapterSite[] sites)
    {
        var kinds = sites.GroupBy(site => site.Kind).ToDictionary(group => group.Key, group => group.Count());
        var layers = catalogue.Sites.Max(site => site.Layer) + 1;
        return kinds.All(kind => kind.Value == layers && leaves.ContainsKey(kind.Key))
            ? kinds
                .Keys.SelectMany(kind => leaves[kind])
                .Where(leaf => catalogue.Sites.Any(site => Ends(site.Name, leaf) || Ends(site.NewName, leaf)))
                .Distinct()
                .Order(StringComparer.Ordinal)
            : sites
                .SelectMany(site => new[] { catalogue.Prefix + site.Name, catalogue.Prefix + site.NewName })
                .Distinct()
                .Order(StringComparer.Ordinal);
    }

    private JsonObject Pattern(IEnumerable<AdapterSite> sites, Func<AdapterSite, JsonNode> value)
    {
        var pattern = new JsonObject();
        foreach (var site in sites)
        {
            foreach (var path in new[] { site.Name, site.NewName }.Distinct())
            {
                pattern.Add(catalogue.Prefix + path, value(site));
            }
        }

        return pattern;
    }

    private IEnumerable<string> Paths(AdapterSite site) =>
        (
            naming switch
            {
                PeftNaming.V4 => [site.Name],
                PeftNaming.V5 => [site.NewName],
                _ => new[] { site.Name, site.NewName }.Distinct(),
            }
        ).Select(path => catalogue.Prefix + path);

    private static bool Ends(string name, string leaf) => name.EndsWith("." + leaf, StringComparison.Ordinal);

    private static T Commonest<T>(IEnumerable<T> values)
        where T : notnull => values.GroupBy(value => value).OrderByDescending(group => group.Count()).First().Key;

    /// <summary>Whole numbers without a point, as PEFT writes them.</summary>
    private static JsonNode Number(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? JsonValue.Create((long)value) : JsonValue.Create(value);
}
