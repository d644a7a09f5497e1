using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Pictures, sounds or texts in; class, probability and uncertainty out.</summary>
internal sealed class PredictCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly Option<string?> data = OptionKinds.Text("--data", "PATH", "Predict a data set instead of single inputs");
    private readonly Option<string?> split = OptionKinds.Text("--split", "NAME", "Part of the data set (default: test)");
    private readonly Option<int?> limit = OptionKinds.WholeNumber(
        "--limit",
        "At most so many examples, drawn from the whole split with a fixed seed"
    );
    private readonly Option<int?> batchSize = OptionKinds.WholeNumber("--batch-size", "Inputs computed together (default: 64)");
    private readonly Option<int?> top = OptionKinds.WholeNumber("--top", "Show the K most probable classes", "K");
    private readonly Option<string?> adaptive = OptionKinds.Text(
        "--adaptive",
        "exact|X",
        "Leave members out of inputs that need no more: exact where those left cannot change the label, or a number as soon as no probability moves by more than it"
    );
    private readonly Option<bool> members = OptionKinds.Switch("--members", "Show what every member says");
    private readonly Option<bool> csv = OptionKinds.Switch("--csv", "Write comma-separated values to standard output");
    private readonly InputChoice preparation;
    private readonly Argument<string[]> inputs = GivenInputs.Argument(ArgumentArity.ZeroOrMore);

    public PredictCommand()
        : base("predict", "Classify pictures, sounds or texts, with how sure the ensemble is and how its members voted")
    {
        choice = new ModelChoice(Command, chooses: true);
        Option[] options = [data, split, limit, batchSize, top, adaptive, members, csv];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        preparation = new InputChoice(Command);
        Command.Add(inputs);
    }

    public override bool WantsCsv(ParseResult parsed) => parsed.GetValue(csv);

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (request, dataset, given) = (
            await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false),
            parsed.GetValue(data),
            parsed.GetValue(inputs)!
        );
        if (dataset is null == (given.Length == 0))
        {
            throw CommandException.Usage(
                dataset is null ? "There is nothing to predict: give inputs, or --data." : "Give inputs or --data, not both."
            );
        }

        if (dataset is not null)
        {
            Need.FileOrFolder(dataset, "--data");
        }

        var pipeline = preparation.Read(parsed, request);
        var items = dataset is null ? GivenInputs.Find(given, pipeline) : [];
        var stop = AdaptiveChoice.Read(parsed.GetValue(adaptive), request);
        using var loaded = LoadedModel.Open(request, session);
        AdaptiveChoice.RefuseFor(stop, loaded);
        var examples = dataset is null
            ? pipeline.FromItems(items, loaded.Labels)
            : ExampleSets.OpenAny(pipeline, dataset, parsed.GetValue(split) ?? "test", loaded.Labels, parsed.GetValue(limit));
        var size = parsed.GetValue(batchSize) ?? 64;
        var answerOf = session.Track<Func<int, (Predictions Group, int Index)>>(
            "Predicting",
            examples.Count,
            progress =>
            {
                if (stop is not null)
                {
                    return AdaptivePredictor
                        .Predict(loaded.Model, examples, stop, loaded.Temperatures, loaded.Labels, size, progress, cancellationToken)
                        .Of;
                }

                var all = Predictor
                    .Predict(loaded.Model, examples, loaded.Labels, withLabels: false, size, progress, cancellationToken)
                    .WithTemperature(loaded.Temperatures);
                return index => (all, index);
            }
        );
        session.WarnOf(examples);
        ShownPrediction Shown(int index)
        {
            var (group, place) = answerOf(index);
            return new ShownPredictions(group, loaded.Aggregation, parsed.GetValue(top) ?? 1, parsed.GetValue(members)).Of(
                index,
                examples,
                dataset is not null,
                place
            ) with
            {
                MembersUsed = stop is null ? null : group.Members,
            };
        }

        return new PredictResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Members = loaded.Members,
            Aggregation = loaded.Aggregation,
            Temperatures = loaded.Temperatures,
            Data = dataset is null ? null : examples.Name,
            Labels = loaded.Labels,
            Predictions = [.. Enumerable.Range(0, examples.Count).Select(Shown)],
            Warnings = session.Warnings,
        };
    }
}
