using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Studies;

/// <summary>A comparison of systems under equal conditions, field for field as it stands in its JSON.</summary>
/// <remarks>Every system is trained with every seed, number of members and rank that it has; LoRA-Ensemble (arXiv 2405.14438), section 4.</remarks>
public sealed record StudyConfig
{
    // fields of a run that differ from run to run, and what a study has instead
    private static readonly (string[] Path, string Instead)[] varied =
    [
        (["run", "output"], "every run has a folder in output"),
        (["run", "training", "method"], "each of systems has a method in its training"),
        (["run", "training", "members"], "members lists the numbers of members"),
        (["run", "training", "rank"], "ranks lists the ranks"),
        (["run", "training", "seed"], "seeds lists the seeds"),
    ];

    /// <summary>What the study is called in its reports.</summary>
    public string Name { get; init; } = "Study";

    /// <summary>Folder of runs, results and reports.</summary>
    public string Output { get; init; } = "";

    /// <summary>
    /// What all runs have in common: base, data, splits, and in <c>training</c> the settings that every method has. <c>output</c>,
    /// <c>training.method</c>, <c>training.members</c>, <c>training.rank</c> and <c>training.seed</c> come from the fields below and must not stand here.
    /// </summary>
    public RunConfig Run { get; init; } = new();

    /// <summary>The systems; one or more, each with a name of its own.</summary>
    public IReadOnlyList<StudySystem> Systems { get; init; } = [];

    /// <summary>Seeds; one or more. Figures are means over them.</summary>
    public IReadOnlyList<long> Seeds { get; init; } = [0];

    /// <summary>Numbers of members that systems with members are trained with, unless they name their own.</summary>
    public IReadOnlyList<int> Members { get; init; } = [4];

    /// <summary>Ranks that LoRA systems are trained with, unless they name their own.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [8];

    /// <summary>Data sets of unfamiliar inputs that every system is tried on.</summary>
    public IReadOnlyList<StudyData> Outside { get; init; } = [];

    /// <summary>Corruptions of the test examples that every system is tried on, such as <c>noise:3</c>; <c>noise</c> stands for severities 1 to 5.</summary>
    public IReadOnlyList<string> Corruptions { get; init; } = [];

    /// <summary>At most so many examples of every set that is measured on, drawn with a fixed seed; null takes all.</summary>
    public int? Limit { get; init; }

    /// <summary>Whether trained ensembles stay when they have been measured; whole networks take much room.</summary>
    public bool KeepEnsembles { get; init; }

    /// <summary>Reads a study; fields left out keep their defaults, fields that do not exist are refused.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="TrainingException">It is no such object, or a field is out of range.</exception>
    public static StudyConfig Parse(string json, string place)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(place);
        try
        {
            // names that stand twice in free fields are told of here, with their place
            using var fields = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var config =
                JsonSerializer.Deserialize<StudyConfig>(json, TrainingOptions.Json) ?? throw new JsonException("null is not an object");
            RefuseVaried(fields.RootElement, place);
            return config.Checked(place);
        }
        catch (JsonException e)
        {
            throw SettingsFault.In(json, e, place);
        }
    }

    /// <summary>The study as JSON with sorted names, as <see cref="Parse"/> reads it.</summary>
    public string ToJson()
    {
        var study = ToWholeJson();
        foreach (var (path, _) in varied)
        {
            var (holder, name) = (path[..^1].Aggregate(study, (fields, field) => fields[field]!.AsObject()), path[^1]);
            holder.Remove(name);
        }

        return ConfigJson.Write(study);
    }

    /// <summary>The study with every field of its run, which decide the result of one that is planned.</summary>
    internal JsonObject ToWholeJson() => (JsonObject)JsonSerializer.SerializeToNode(this, TrainingOptions.Json)!;

    // A value that the study sets itself would be read and not used.
    private static void RefuseVaried(JsonElement study, string place)
    {
        foreach (var (path, instead) in varied)
        {
            JsonElement? at = study;
            foreach (var field in path)
            {
                at = at is { ValueKind: JsonValueKind.Object } holder && holder.TryGetProperty(field, out var value) ? value : null;
            }

            if (at is not null)
            {
                throw TrainingException.OfSetting($"{place}: {string.Join('.', path)} has no effect in a study; {instead}. Take it out.");
            }
        }
    }

    private StudyConfig Checked(string place)
    {
        void Need(bool holds, string field, string needed)
        {
            if (!holds)
            {
                throw TrainingException.OfSetting($"{place}: {field} {needed}.");
            }
        }

        Need(!string.IsNullOrWhiteSpace(Output), "output", "is not set; results need a folder");
        Need(Systems.Count > 0, "systems", "is empty; name one or more to compare");
        Need(Seeds.Count > 0 && Seeds.Distinct().Count() == Seeds.Count, "seeds", "must list one or more, each once");
        Need(Members.Count > 0 && Members.All(count => count >= 1), "members", "must list numbers of 1 or more");
        Need(Ranks.Count > 0 && Ranks.All(rank => rank >= 1), "ranks", "must list numbers of 1 or more");
        Need(Limit is null or >= 1, "limit", "must be 1 or more");
        Need(Systems.All(system => !string.IsNullOrWhiteSpace(system.Name)), "systems", "holds one without a name");
        Need(
            Systems.All(system => !system.Training.ContainsKey("seed")),
            "systems",
            "holds one with a seed in its training; all systems have the seeds of the study, listed in seeds"
        );
        Need(
            Systems.Select(system => StudyRun.Slug(system.Name)).Distinct().Count() == Systems.Count,
            "systems",
            "holds two whose names differ in letters and digits not at all; results are kept under them"
        );
        Need(Outside.All(data => !string.IsNullOrWhiteSpace(data.Data)), "outside", "holds one without data");
        Need(
            Outside.Select(data => data.Title).Distinct(StringComparer.Ordinal).Count() == Outside.Count,
            "outside",
            "holds two data sets of the same name; give each a name of its own"
        );
        Need(Run.TestSplit is not null, "run.test_split", "is null; a study measures on it");
        return this;
    }
}

/// <summary>A system of a study.</summary>
public sealed record StudySystem
{
    /// <summary>Its name in tables.</summary>
    public string Name { get; init; } = "";

    /// <summary>Training settings that differ from those of the study, by their names in run.json, such as <c>method</c>.</summary>
    public JsonObject Training { get; init; } = [];
}

/// <summary>A data set that systems are tried on.</summary>
public sealed record StudyData
{
    /// <summary>Its name in tables; null takes the last part of the path.</summary>
    public string? Name { get; init; }

    /// <summary>The data set.</summary>
    public string Data { get; init; } = "";

    /// <summary>The part of it.</summary>
    public string Split { get; init; } = "test";

    /// <summary>What tables call it.</summary>
    internal string Title => Name ?? RepositoryFolder.Of(Data).Name;
}
