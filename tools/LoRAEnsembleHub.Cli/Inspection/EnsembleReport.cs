using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>What an ensemble folder, a folder of PEFT adapters, or one PEFT adapter holds.</summary>
internal sealed record EnsembleReport : ICommandResult
{
    /// <summary><c>ensemble</c> with a manifest, else <c>peft_adapters</c>.</summary>
    public required string Kind { get; init; }

    public required string Path { get; init; }

    public required string? Method { get; init; }

    public required ManifestBase? BaseModel { get; init; }

    public required IReadOnlyList<MemberFact> Members { get; init; }

    /// <summary>Numbers that members share and that were trained with them; null where the base's are used.</summary>
    public required long? Shared { get; init; }

    /// <summary>How keys are dropped, of an mc-dropout.</summary>
    public required ManifestDropout? Dropout { get; init; }

    /// <summary>Numbers in the files of members and of what they share.</summary>
    public required long Parameters { get; init; }

    /// <summary>Numbers that the training learned, as the manifest says; null where it does not, or members were changed since.</summary>
    public required long? LearnedParameters { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required string? Aggregation { get; init; }

    public required JsonNode? Temperature { get; init; }

    public required IReadOnlyList<ManifestMetric> Metrics { get; init; }

    public required JsonObject? Training { get; init; }

    /// <summary>Whether the members' files have the manifest's hashes; null where it states none.</summary>
    public required bool? HashesMatch { get; init; }

    public required IReadOnlyList<string> UnknownFields { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    public static EnsembleReport Read(string folder)
    {
        var found = EnsembleFolder.Open(folder);
        var problems = new List<string>();
        var hashesMatch = Verified(found, problems);
        var members = found
            .MemberFolders.Select((path, index) => MemberFact.Read(path, found.Manifest, found.Manifest?.Members?[index].Seed, problems))
            .ToArray();
        CheckLog(folder, problems);
        var manifest = found.Manifest;
        var shared = SharedParameters(found, problems);
        return new EnsembleReport
        {
            Kind = manifest is null ? "peft_adapters" : "ensemble",
            Path = folder,
            Method = manifest?.Method,
            BaseModel = manifest?.BaseModel,
            Members = members,
            Shared = shared,
            Dropout = manifest?.Dropout,
            Parameters = members.Sum(member => member.Parameters) + (shared ?? 0),
            LearnedParameters = found.Manifest?.LearnedParameters,
            Labels = manifest?.Labels ?? [],
            Aggregation = manifest?.Aggregation,
            Temperature = manifest?.Temperature?.DeepClone(),
            Metrics = manifest?.Metrics ?? [],
            Training = manifest?.Training,
            HashesMatch = hashesMatch,
            UnknownFields = [.. manifest?.Other?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>()],
            Notes = [.. MemberDifferences.Notes(members), .. CardRemarks.Of(folder)],
            Problems = [.. problems, .. MemberDifferences.Problems(members, manifest)],
        };
    }

    public IEnumerable<Block> ToBlocks() => EnsembleReportBlocks.Of(this);

    public IEnumerable<string> ToQuietLines() => Members.Select(member => member.Name);

    public ExitCode ToExitCode() =>
        HashesMatch == false ? ExitCode.Integrity
        : Problems.Count > 0 ? ExitCode.Failed
        : ExitCode.Done;

    private static void CheckLog(string folder, List<string> problems)
    {
        try
        {
            TrainingLog.Find(folder);
        }
        catch (TrainingException e)
        {
            problems.Add(e.Message);
        }
    }

    private static long? SharedParameters(EnsembleFolder found, List<string> problems)
    {
        if (found.Manifest?.Shared is null)
        {
            return null;
        }

        try
        {
            var survey = ModelSurvey.Read(found.ModelFolder);
            problems.AddRange(survey.Problems.Select(problem => $"{found.Manifest.Shared.Path}: {problem}"));
            return survey.ParameterCount;
        }
        catch (Exception e) when (e is ModelException or WeightsException or IOException)
        {
            problems.Add(e.Message);
            return null;
        }
    }

    private static bool? Verified(EnsembleFolder found, List<string> problems)
    {
        if (found.Manifest?.Members?.Any(member => member.Sha256 is { Count: > 0 }) is not true)
        {
            return null;
        }

        try
        {
            found.VerifyMembers();
            return true;
        }
        catch (AdapterException e)
        {
            problems.Add(e.Message);
            return false;
        }
    }
}
