using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>One member; where it could not be read, all but its name is empty and the reason is among the problems.</summary>
internal sealed record MemberFact
{
    public required string Name { get; init; }

    public required long? Seed { get; init; }

    /// <summary>As the tensors' names have it, such as vit.</summary>
    public string? ModelType { get; init; }

    /// <summary>The base that adapter_config.json names.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Ranks of the updates, ascending.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [];

    /// <summary>Factors of the updates, ascending.</summary>
    public IReadOnlyList<double> Scales { get; init; } = [];

    /// <summary>Adapted projections of each kind.</summary>
    public IReadOnlyDictionary<ProjectionKind, int> Sites { get; init; } = new Dictionary<ProjectionKind, int>();

    /// <summary>Scaled projections of a member of a batch-ensemble, else null.</summary>
    public int? Projections { get; init; }

    public PeftNaming? Naming { get; init; }

    /// <summary>Shapes of the head's parameters by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Head { get; init; } = new Dictionary<string, IReadOnlyList<long>>();

    public long? Classes { get; init; }

    public long Parameters { get; init; }

    /// <summary>Of them in heads that an mc-dropout has for its passes.</summary>
    public long PassHeads { get; init; }

    public long Bytes { get; init; }

    public IReadOnlyDictionary<string, int> Dtypes { get; init; } = new Dictionary<string, int>();

    public bool IsReadable { get; init; }

    /// <summary>Reads a member.</summary>
    /// <param name="folder">The member's folder.</param>
    /// <param name="manifest">The manifest, or null for plain PEFT adapters.</param>
    /// <param name="seed">The member's seed, or null.</param>
    /// <param name="problems">Told why a member could not be read.</param>
    public static MemberFact Read(string folder, EnsembleManifest? manifest, long? seed, List<string> problems)
    {
        var bare = new MemberFact { Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), Seed = seed };
        try
        {
            return manifest?.Method switch
            {
                "batch-ensemble" => OfScales(bare, ScaleSurvey.Read(folder), manifest),
                "mc-dropout" => WithPassHeads(OfModel(bare, ModelSurvey.Read(folder), problems), folder),
                "explicit-ensemble" or "snapshot-ensemble" => OfModel(bare, ModelSurvey.Read(folder), problems),
                _ => OfAdapter(bare, AdapterSurvey.Read(folder)),
            };
        }
        catch (Exception e) when (e is AdapterException or ModelException or WeightsException or SafetensorsException or IOException)
        {
            problems.Add(e.Message);
            return bare;
        }
    }

    private static MemberFact OfAdapter(MemberFact bare, AdapterSurvey survey) =>
        bare with
        {
            ModelType = survey.ModelType,
            BaseModel = survey.BaseModel,
            Ranks = survey.Ranks,
            Scales = survey.Scales,
            Sites = survey.SitesPerKind,
            Naming = survey.Naming,
            Head = survey.Head,
            Classes = survey.Classes,
            Parameters = survey.ParameterCount,
            Bytes = survey.FileBytes,
            Dtypes = survey.Dtypes,
            IsReadable = true,
        };

    private static MemberFact OfScales(MemberFact bare, ScaleSurvey survey, EnsembleManifest manifest) =>
        bare with
        {
            ModelType = manifest.BaseModel?.ModelType,
            Projections = survey.Sites.Count,
            Head = survey.Head,
            Classes = survey.Classes,
            Parameters = survey.ParameterCount,
            Bytes = survey.FileBytes,
            Dtypes = survey.Dtypes,
            IsReadable = true,
        };

    private static MemberFact WithPassHeads(MemberFact model, string folder)
    {
        var path = Path.Combine(folder, "heads.safetensors");
        if (!File.Exists(path))
        {
            return model;
        }

        using var file = SafetensorsFile.Open(path);
        var numbers = file.Tensors.Sum(tensor => tensor.ElementCount);
        return model with { Parameters = model.Parameters + numbers, Bytes = model.Bytes + new FileInfo(path).Length, PassHeads = numbers };
    }

    private static MemberFact OfModel(MemberFact bare, ModelSurvey survey, List<string> problems)
    {
        problems.AddRange(survey.Problems.Select(problem => $"{bare.Name}: {problem}"));
        return bare with
        {
            ModelType = survey.Config.ModelType,
            Classes = survey.Heads.Count == 0 ? null : survey.Config.Classes,
            Parameters = survey.ParameterCount,
            Bytes = survey.Files.Values.Sum(),
            Dtypes = survey.Dtypes,
            IsReadable = true,
        };
    }
}
