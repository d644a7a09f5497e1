using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>Tells an ensemble to people.</summary>
internal static class EnsembleReportBlocks
{
    public static IEnumerable<Block> Of(EnsembleReport report)
    {
        yield return new Facts([
            (report.Kind == "ensemble" ? "ensemble" : "PEFT adapters", report.Path),
            ("method", report.Method),
            ("base", BaseOf(report)),
            .. (report.BaseModel?.Sha256 ?? new Dictionary<string, string>()).Select(hash =>
                ("base hash", (string?)$"{hash.Value} {hash.Key}")
            ),
            ("members", $"{report.Members.Count}, {Figures.Count(report.Parameters)} stored numbers"),
            ("shared weights", report.Shared is { } shared ? $"{Figures.Count(shared)} of them" : null),
            ("learned in training", report.LearnedParameters is { } learned ? $"{Figures.Count(learned)} numbers" : null),
            (
                "dropout",
                report.Dropout is { } dropout
                    ? $"keys with probability {Figures.Raw(dropout.Probability ?? 0)} in {dropout.Passes} passes, seed {dropout.Seed}"
                        + (report.Members.Any(member => member.PassHeads > 0) ? "; a head of its own in each pass, as released" : "")
                    : null
            ),
            ("labels", report.Labels.Count == 0 ? null : $"{report.Labels.Count}: {Figures.Listed(report.Labels)}"),
            ("aggregation", report.Aggregation?.Replace('_', ' ')),
            ("temperature", report.Kind == "ensemble" ? report.Temperature?.ToJsonString() ?? "none" : null),
            ("trained on", TrainedOn(report)),
            (
                "members' hashes",
                report.HashesMatch switch
                {
                    true => "match the manifest",
                    false => "do not match the manifest",
                    null => null,
                }
            ),
            ("unknown fields", report.UnknownFields.Count == 0 ? null : string.Join(", ", report.UnknownFields)),
        ]);
        yield return report.Members.Any(member => member.Ranks.Count > 0) ? Members(report.Members) : OtherMembers(report.Members);
        if (report.Metrics.Count > 0)
        {
            yield return MetricTable.Of(report.Metrics);
        }

        foreach (var block in Remarks.Blocks(report.Notes, report.Problems))
        {
            yield return block;
        }
    }

    private static string? BaseOf(EnsembleReport report) =>
        report.BaseModel is { } named
            ? $"{named.RepoId ?? "not named"} ({named.ModelType ?? "type not stated"}){(named.Revision is null ? "" : $" at {named.Revision}")}"
            : report.Members.Select(member => member.BaseModel).FirstOrDefault(name => name is not null);

    private static string? TrainedOn(EnsembleReport report)
    {
        if (report.Training is not { } training)
        {
            return null;
        }

        string? Field(string name, string unit) => training[name] is { } value ? $"{value}{unit}" : null;
        string?[] parts = [Field("dataset", ""), Field("split", " split"), Field("examples", " examples"), Field("steps", " updates")];
        return string.Join(", ", parts.OfType<string>());
    }

    private static Grid Members(IReadOnlyList<MemberFact> members) =>
        new(
            "Members",
            [
                new Column("name"),
                new Column("rank", IsNumber: true),
                new Column("scale", IsNumber: true),
                new Column("adapted projections"),
                new Column("head"),
                new Column("names"),
                new Column("numbers", IsNumber: true),
                new Column("file", IsNumber: true),
                new Column("seed", IsNumber: true),
            ],
            [
                .. members.Select(member =>
                    new[]
                    {
                        member.Name,
                        string.Join(", ", member.Ranks),
                        string.Join(", ", member.Scales.Select(Figures.Raw)),
                        string.Join(
                            ", ",
                            member.Sites.OrderBy(site => site.Key).Select(site => $"{site.Value} {Words(site.Key.ToString())}")
                        ),
                        string.Join(", ", member.Head.Select(part => $"{part.Key} {Figures.Shape(part.Value)}")),
                        member.Naming?.ToString().ToLowerInvariant() ?? "",
                        Figures.Count(member.Parameters),
                        Figures.Bytes(member.Bytes),
                        member.Seed?.ToString() ?? "",
                    }
                ),
            ]
        );

    /// <summary>Members that are no LoRA adapters.</summary>
    private static Grid OtherMembers(IReadOnlyList<MemberFact> members) =>
        new(
            "Members",
            [
                new Column("name"),
                new Column("type"),
                new Column("scaled projections", IsNumber: true),
                new Column("classes", IsNumber: true),
                new Column("numbers", IsNumber: true),
                new Column("file", IsNumber: true),
                new Column("seed", IsNumber: true),
            ],
            [
                .. members.Select(member =>
                    new[]
                    {
                        member.Name,
                        member.ModelType ?? "",
                        member.Projections?.ToString() ?? "",
                        member.Classes?.ToString() ?? "",
                        Figures.Count(member.Parameters),
                        Figures.Bytes(member.Bytes),
                        member.Seed?.ToString() ?? "",
                    }
                ),
            ]
        );

    private static string Words(string name) =>
        string.Concat(
            name.Select(
                (letter, at) => char.IsUpper(letter) && at > 0 ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"
            )
        );
}
