using System.CommandLine;
using System.Globalization;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Writes members as plain models that need neither PEFT nor this program.</summary>
internal sealed class MergeCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly Option<int?> member = OptionKinds.WholeNumber("--member", "Which member to merge, from 0", least: 0);
    private readonly Option<bool> all = OptionKinds.Switch("--all", "Merge every member, each into a folder member-NN of its own");
    private readonly Option<string> output = OptionKinds.Needed("--output", "DIR", "Folder to write; a new or empty one");

    public MergeCommand()
        : base("merge", "Write one member, or each, as a plain Hugging Face model: W + s B A, and the member's head")
    {
        choice = new ModelChoice(Command);
        Command.Add(member);
        Command.Add(all);
        Command.Add(output);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (request, target) = (
            await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false),
            parsed.GetValue(output)!
        );
        if (request.Ensemble is null || parsed.GetValue(member) is null != parsed.GetValue(all))
        {
            throw CommandException.Usage(
                request.Ensemble is null ? "--ensemble is missing; its members are merged." : "Give either --member N or --all."
            );
        }

        Need.EmptyFolder(target, "--output", "choose a new folder, so that no model is lost");

        using var loaded = LoadedModel.OpenLora(request, session);
        int[] chosen = parsed.GetValue(member) is { } one ? [one] : [.. Enumerable.Range(0, loaded.Members)];
        if (chosen[0] >= loaded.Members)
        {
            throw CommandException.Usage($"--member is {chosen[0]}; the ensemble has {loaded.Members} members, from 0.");
        }

        using var staged = new StagedFolder(target);
        var models = new List<string>();
        foreach (var index in chosen)
        {
            var folder = parsed.GetValue(all)
                ? Path.Combine(staged.Path, string.Create(CultureInfo.InvariantCulture, $"member-{index:00}"))
                : staged.Path;
            using var merged = loaded.Base.Merge(loaded.Adapters!, index, loaded.Labels);
            await merged.SaveAsync(folder, cancellationToken).ConfigureAwait(false);
            models.Add(staged.Final(folder));
            foreach (var file in PreparationFiles.Of(request.Ensemble, request.Base))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }
        }

        staged.Commit();
        if (loaded.Temperatures.Any(temperature => temperature != 1))
        {
            session.Warn(
                "The ensemble divides logits by a temperature, which a plain model does not know; its probabilities differ from those of the member."
            );
        }

        return new MergeResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Models = models,
            Warnings = session.Warnings,
        };
    }
}
