using LoRAEnsembleHub.Adapters;

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

    public PeftNaming? Naming { get; init; }

    /// <summary>Shapes of the head's parameters by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Head { get; init; } = new Dictionary<string, IReadOnlyList<long>>();

    public long? Classes { get; init; }

    public long Parameters { get; init; }

    public long Bytes { get; init; }

    public IReadOnlyDictionary<string, int> Dtypes { get; init; } = new Dictionary<string, int>();

    public bool IsReadable { get; init; }

    public static MemberFact Read(string folder, long? seed, List<string> problems)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        try
        {
            var survey = AdapterSurvey.Read(folder);
            return new MemberFact
            {
                Name = name,
                Seed = seed,
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
        }
        catch (AdapterException e)
        {
            problems.Add(e.Message);
            return new MemberFact { Name = name, Seed = seed };
        }
        catch (IOException e)
        {
            problems.Add(e.Message);
            return new MemberFact { Name = name, Seed = seed };
        }
    }
}
