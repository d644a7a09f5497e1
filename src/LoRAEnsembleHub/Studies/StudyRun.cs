using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Studies;

/// <summary>One training of a study: a system with a number of members, a rank and a seed.</summary>
/// <param name="System">The system's name.</param>
/// <param name="Members">Its predictions for every input.</param>
/// <param name="Rank">The rank of its updates, or null where it has none.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Config">The whole run.</param>
public sealed record StudyRun(string System, int Members, int? Rank, long Seed, RunConfig Config)
{
    /// <summary>The name of its folder and of its result.</summary>
    public string Key =>
        string.Create(CultureInfo.InvariantCulture, $"{Slug(System)}-m{Members}{(Rank is { } rank ? $"-r{rank}" : "")}-s{Seed}");

    /// <summary>All runs of a study, system after system.</summary>
    /// <exception cref="TrainingException">The settings of a system are wrong; it is named.</exception>
    public static IReadOnlyList<StudyRun> Plan(StudyConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return [.. config.Systems.SelectMany(system => Plan(config, system))];
    }

    /// <summary>What decides the result of a run: its settings, and what it is measured on.</summary>
    internal string Fingerprint(StudyConfig config)
    {
        var measured = config with
        {
            Systems = [],
            Seeds = [],
            Members = [],
            Ranks = [],
            Run = Config with { Output = "" }, // results may be moved
            Output = "",
            Name = "",
            KeepEnsembles = false,
        };
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ConfigJson.Write(measured.ToWholeJson()))));
    }

    /// <summary>A name as part of a path: small letters and digits.</summary>
    internal static string Slug(string name)
    {
        var words = string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' '));
        return string.Join('-', words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<StudyRun> Plan(StudyConfig config, StudySystem system)
    {
        var (hasMembers, hasRank) = (system.Training.ContainsKey("members"), system.Training.ContainsKey("rank"));
        var method = MethodOf(system);
        var isLora = method is TrainingMethod.LoraEnsemble or TrainingMethod.SingleLora;
        IEnumerable<int?> members =
            hasMembers || method == TrainingMethod.SingleLora ? [null] : config.Members.Select(count => (int?)count);
        IEnumerable<int?> ranks = hasRank || !isLora ? [null] : config.Ranks.Select(rank => (int?)rank);
        foreach (var (count, rank) in members.SelectMany(count => ranks.Select(rank => (count, rank))))
        {
            var varied = new JsonObject();
            if (count is { } wanted)
            {
                varied["members"] = wanted;
            }
            else if (!hasMembers)
            {
                varied["members"] = 1;
            }

            if (rank is { } size)
            {
                varied["rank"] = size;
            }

            foreach (var seed in config.Seeds)
            {
                varied["seed"] = seed;
                var options = Options(config, system, method, varied);
                var run = new StudyRun(
                    system.Name,
                    options.Members,
                    isLora ? options.Rank : null,
                    seed,
                    config.Run with
                    {
                        Training = options,
                    }
                );
                yield return run with
                {
                    Config = run.Config with { Output = Path.Combine(config.Output, "runs", run.Key) },
                };
            }
        }
    }

    /// <summary>The study's settings that the method has, those of the system over them, and those that vary over both.</summary>
    private static TrainingOptions Options(StudyConfig config, StudySystem system, TrainingMethod method, JsonObject varied)
    {
        var common = (JsonObject)JsonSerializer.SerializeToNode(config.Run.Training, TrainingOptions.Json)!;
        var settings = new JsonObject();
        foreach (
            var (name, value) in common.Where(setting => MethodSettings.Has(method, setting.Key)).Concat(system.Training).Concat(varied)
        )
        {
            settings[name] = value?.DeepClone();
        }

        return TrainingOptions.Parse(settings.ToJsonString(), $"system {system.Name}");
    }

    private static TrainingMethod MethodOf(StudySystem system)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingOptions>(system.Training, TrainingOptions.Json)!.Method;
        }
        catch (JsonException e)
        {
            throw new TrainingException(SettingsFault.Of(e, $"system {system.Name}"), e) { IsSetting = true };
        }
    }
}
