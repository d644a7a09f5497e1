using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Pictures;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Pictures in; class, probability and uncertainty out.</summary>
internal sealed class PredictCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly Option<string?> data = OptionKinds.Text("--data", "PATH", "Predict a data set instead of pictures");
    private readonly Option<string?> split = OptionKinds.Text("--split", "NAME", "Part of the data set (default: test)");
    private readonly Option<int?> limit = OptionKinds.WholeNumber(
        "--limit",
        "At most so many images, drawn from the whole split with a fixed seed"
    );
    private readonly Option<int?> batchSize = OptionKinds.WholeNumber("--batch-size", "Images computed together (default: 64)");
    private readonly Option<int?> top = OptionKinds.WholeNumber("--top", "Show the K most probable classes", "K");
    private readonly Option<bool> members = OptionKinds.Switch("--members", "Show what every member says");
    private readonly Option<bool> csv = OptionKinds.Switch("--csv", "Write comma-separated values to standard output");
    private readonly Option<string?> preprocessor = OptionKinds.Text(
        "--preprocessor",
        "FILE|DIR",
        "Prepare pictures so; default: preprocessor_config.json of the ensemble, else of the base"
    );

    private readonly OrientationChoice orientation;
    private readonly Argument<string[]> inputs = new("INPUT")
    {
        Description = "Pictures: files, folders, or patterns such as 'photos/*.png'",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public PredictCommand()
        : base("predict", "Classify pictures, with how sure the ensemble is and how its members voted")
    {
        choice = new ModelChoice(Command);
        Option[] options = [data, split, limit, batchSize, top, members, csv, preprocessor];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        orientation = new OrientationChoice(Command, ImageOrientation.Upright);
        Command.Add(inputs);
    }

    public override bool WantsCsv(ParseResult parsed) => parsed.GetValue(csv);

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (request, dataset, pictures) = (
            await choice.ReadAsync(parsed, cancellationToken).ConfigureAwait(false),
            parsed.GetValue(data),
            parsed.GetValue(inputs)!
        );
        if (dataset is null == (pictures.Length == 0))
        {
            throw CommandException.Usage(
                dataset is null ? "There is nothing to predict: give pictures, or --data." : "Give pictures or --data, not both."
            );
        }

        if (dataset is not null)
        {
            Need.FileOrFolder(dataset, "--data");
        }

        var files = dataset is null ? PicturePaths.Find(pictures) : [];
        var (processor, _) = Preparation.Of(request, parsed.GetValue(preprocessor));
        using var loaded = LoadedModel.Open(request, session);
        var (part, wanted) = (parsed.GetValue(split) ?? "test", orientation.Read(parsed));
        var images = dataset is null
            ? new PictureFiles(files, loaded.Labels, wanted)
            : ImageSets.OpenAny(dataset, part, loaded.Labels, wanted, parsed.GetValue(limit));
        var examples = new ImageExamples(images, processor);
        var size = parsed.GetValue(batchSize) ?? 64;
        var predictions = session
            .Track(
                "Predicting",
                images.Count,
                progress => Predictor.Predict(loaded.Model, examples, loaded.Labels, withLabels: false, size, progress, cancellationToken)
            )
            .WithTemperature(loaded.Temperatures);
        var shown = new ShownPredictions(predictions, loaded.Aggregation, parsed.GetValue(top) ?? 1, parsed.GetValue(members));
        return new PredictResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Members = loaded.Members,
            Aggregation = loaded.Aggregation,
            Temperatures = loaded.Temperatures,
            Data = dataset is null ? null : images.Name,
            Labels = loaded.Labels,
            Images = [.. Enumerable.Range(0, images.Count).Select(index => shown.Of(index, images, dataset is not null))],
            Warnings = session.Warnings,
        };
    }
}
