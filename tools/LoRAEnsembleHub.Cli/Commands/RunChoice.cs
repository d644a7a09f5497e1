using System.CommandLine;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Training;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that make up a run; each one given replaces the setting of the file.</summary>
internal sealed class RunChoice
{
    private readonly Option<string?> config = OptionKinds.Text("--config", "FILE", "Settings as JSON, such as the run.json of an ensemble");
    private readonly Option<string?> baseFolder = OptionKinds.Text("--base", "DIR", "Folder of the base model");
    private readonly Option<string?> data = OptionKinds.Text("--data", "PATH", "Data set");
    private readonly Option<string?> output = OptionKinds.Text("--output", "DIR", "Folder of the ensemble to be made");
    private readonly Option<string?> split = OptionKinds.Text("--split", "NAME", "Part of the data to learn from (default: train)");
    private readonly Option<string?> testSplit = OptionKinds.Text(
        "--test-split",
        "NAME",
        "Part to measure on at the end, or none (default: test)"
    );
    private readonly Option<string?> calibrateSplit = OptionKinds.Text(
        "--calibrate-split",
        "NAME",
        "Part of the data to fit a temperature on once training has ended"
    );
    private readonly Option<double?> calibrateShare = OptionKinds.Number(
        "--calibrate-share",
        "The same on this share of the training examples, which are then not learned from: above 0, below 1"
    );
    private readonly Option<string?> temperatureScope = OptionKinds.OneOf(
        "--temperature-scope",
        "One temperature for all members, or one for each (default: joint)",
        "joint",
        "member"
    );
    private readonly MethodChoice method;
    private readonly Option<int?> members = OptionKinds.WholeNumber(
        "--members",
        "Members; of mc-dropout passes of a prediction (default: 16; of single-lora 1)"
    );
    private readonly Option<int?> rank = OptionKinds.WholeNumber("--rank", "Rank of every update (default: 8)");
    private readonly Option<int?> steps = OptionKinds.WholeNumber("--steps", "Updates in all");
    private readonly Option<int?> epochs = OptionKinds.WholeNumber("--epochs", "Passes over the data, instead of --steps (default: 16)");
    private readonly Option<int?> batchSize = OptionKinds.WholeNumber("--batch-size", "Examples per update (default: 32)");
    private readonly Option<double?> learningRate = OptionKinds.Number("--learning-rate", "Highest learning rate (default: 1e-4)");
    private readonly Option<string?> schedule = OptionKinds.OneOf(
        "--schedule",
        "How the rate changes",
        "cosine",
        "linear",
        "constant",
        "epoch-step"
    );
    private readonly Option<int?> warmupSteps = OptionKinds.WholeNumber(
        "--warmup-steps",
        "Updates over which the rate rises (default: 500)",
        least: 0
    );
    private readonly Option<string?> optimizer = OptionKinds.OneOf("--optimizer", "Optimizer", "adam", "adamw");
    private readonly Option<double?> weightDecay = OptionKinds.Number("--weight-decay", "Weight decay (default: 0)", isZeroAllowed: true);
    private readonly Option<double?> clipNorm = OptionKinds.Number(
        "--clip-norm",
        "Highest norm of the gradient; 0 for no clipping (default: 1)",
        true
    );
    private readonly Option<double?> gain = OptionKinds.Number("--gain", "Gain of the Xavier-uniform start of A (default: 10)");
    private readonly Option<string?> targets = OptionKinds.Text(
        "--targets",
        "LIST",
        "Adapted projections: query,key,value,output,feed-forward-in,feed-forward-out (default: the first four)"
    );

    private readonly Option<string?> layers = OptionKinds.Text(
        "--layers",
        "LIST",
        "Adapted blocks, such as 0,2,5-11, or all (default: all)"
    );
    private readonly Option<long?> seed = new("--seed")
    {
        Description = "Seed of the run; member m starts from it plus m (default: 42)",
        HelpName = "N",
    };
    private readonly Option<string?> classWeights = OptionKinds.Text(
        "--class-weights",
        "KIND",
        "uniform, inverse, inverse-square-root, effective-number or effective-number:BETA (default: uniform)"
    );

    private readonly Option<string?> normalization = OptionKinds.OneOf(
        "--normalization",
        "Pixel values as the base's processor has them, or only divided by 255",
        "processor",
        "unit"
    );

    private readonly Option<string?> augment = OptionKinds.Text(
        "--augment",
        "LIST",
        $"Random changes, with commas between them: {RunWords.Changes}; or none"
    );
    private readonly Option<int?> maxTokens = OptionKinds.WholeNumber(
        "--max-tokens",
        "Read so many tokens of a text at most (default: what model and tokenizer allow)",
        least: 3
    );
    private readonly Option<string?> device = OptionKinds.Device();
    private readonly Option<string?> route = OptionKinds.Route();
    private readonly Option<string?> baseDtype = OptionKinds.OneOf(
        "--base-dtype",
        "Element type of a frozen base; members are learned in f32 (default: f32)",
        "f32",
        "bf16"
    );
    private readonly Option<string?> naming = OptionKinds.Naming();
    private readonly Option<string?> license = OptionKinds.License();
    private readonly Option<string?> baseId = OptionKinds.Text(
        "--base-id",
        "REPO",
        "Repository of the base (default: the last two parts of its path)"
    );
    private readonly Option<string?> dataId = OptionKinds.Text(
        "--data-id",
        "REPO",
        "Repository of the data (default: the last two parts of its path)"
    );

    public RunChoice(Command command)
    {
        Option[] options =
        [
            config,
            baseFolder,
            data,
            output,
            split,
            testSplit,
            calibrateSplit,
            calibrateShare,
            temperatureScope,
            members,
            rank,
            steps,
            epochs,
            batchSize,
            learningRate,
            schedule,
            warmupSteps,
            optimizer,
            weightDecay,
            clipNorm,
            gain,
            targets,
            layers,
            seed,
            classWeights,
            normalization,
            augment,
            maxTokens,
            device,
            route,
            baseDtype,
            naming,
            license,
            baseId,
            dataId,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }

        method = new MethodChoice(command);
    }

    /// <summary>The settings of the file, with every option given in their place.</summary>
    /// <exception cref="CommandException">Base, data or output is missing, or a list cannot be read.</exception>
    public RunConfig Read(ParseResult parsed)
    {
        var run = WithPlaces(FromFile(parsed.GetValue(config)), parsed);
        string[] missing =
        [
            .. new[] { ("--base", run.Base), ("--data", run.Data), ("--output", run.Output) }
                .Where(place => string.IsNullOrWhiteSpace(place.Item2))
                .Select(place => place.Item1),
        ];
        if (missing.Length > 0)
        {
            throw CommandException.Usage(
                $"{string.Join(", ", missing)} must be given, here or in the --config file.",
                "lorae-hub train --help tells what can be given."
            );
        }

        var training = WithTraining(method.Read(run.Training, parsed, parsed.GetValue(config) is not null), parsed);
        // a snapshot ensemble divides its steps into epochs; for all others one says what the other does
        if (parsed.GetValue(steps) is not null && parsed.GetValue(epochs) is not null && training.Method != TrainingMethod.SnapshotEnsemble)
        {
            throw CommandException.Usage("--steps and --epochs exclude each other with every method but snapshot-ensemble.");
        }

        return run with
        {
            Training = training,
        };
    }

    private static RunConfig FromFile(string? path)
    {
        if (path is null)
        {
            return new RunConfig();
        }

        Need.File(path, "--config");
        return RunConfig.Parse(File.ReadAllText(path), path);
    }

    private RunConfig WithPlaces(RunConfig run, ParseResult parsed)
    {
        var changes = parsed.GetValue(augment) is { } list
            ? RunWords.Augmentation(list)
            : ((ImageAugmentation Pictures, SpectrogramAugmentation? Sounds)?)null;
        return run with
        {
            Base = parsed.GetValue(baseFolder) ?? run.Base,
            Data = parsed.GetValue(data) ?? run.Data,
            Output = parsed.GetValue(output) ?? run.Output,
            Split = parsed.GetValue(split) ?? run.Split,
            TestSplit = parsed.GetValue(testSplit) switch
            {
                null => run.TestSplit,
                "none" => null,
                var name => name,
            },
            CalibrateSplit = parsed.GetValue(calibrateSplit) ?? run.CalibrateSplit,
            CalibrateShare = parsed.GetValue(calibrateShare) ?? run.CalibrateShare,
            TemperatureScope = parsed.GetValue(temperatureScope) is { } scope
                ? RunWords.Kind<TemperatureScope>(scope)
                : run.TemperatureScope,
            ClassWeighting = parsed.GetValue(classWeights) ?? run.ClassWeighting,
            Normalization = parsed.GetValue(normalization) is { } word ? RunWords.Kind<PixelNormalization>(word) : run.Normalization,
            Augmentation = changes?.Pictures ?? run.Augmentation,
            MaxTokens = parsed.GetValue(maxTokens) ?? run.MaxTokens,
            AudioAugmentation = changes is { } given ? given.Sounds : run.AudioAugmentation,
            Device = parsed.GetValue(device) ?? run.Device,
            Route = parsed.GetValue(route) is { } way ? RunWords.Kind<ProductRoute>(way) : run.Route,
            Naming = parsed.GetValue(naming) is { } spelling ? RunWords.Kind<PeftNaming>(spelling) : run.Naming,
            License = parsed.GetValue(license) ?? run.License,
            BaseId = parsed.GetValue(baseId) ?? run.BaseId,
            DataId = parsed.GetValue(dataId) ?? run.DataId,
        };
    }

    private TrainingOptions WithTraining(TrainingOptions training, ParseResult parsed) =>
        training with
        {
            Members = parsed.GetValue(members) ?? training.Members,
            Rank = parsed.GetValue(rank) ?? training.Rank,
            // passes asked for here must not lose against updates in the file
            Steps = parsed.GetValue(steps) ?? (parsed.GetValue(epochs) is null ? training.Steps : null),
            Epochs = parsed.GetValue(epochs) ?? training.Epochs,
            BatchSize = parsed.GetValue(batchSize) ?? training.BatchSize,
            LearningRate = parsed.GetValue(learningRate) ?? training.LearningRate,
            Schedule = parsed.GetValue(schedule) is { } curve ? RunWords.Kind<ScheduleKind>(curve) : training.Schedule,
            WarmupSteps = parsed.GetValue(warmupSteps) ?? training.WarmupSteps,
            BaseDtype = parsed.GetValue(baseDtype) is { } type ? RunWords.Kind<BaseDtype>(type) : training.BaseDtype,
            Optimizer = parsed.GetValue(optimizer) is { } name ? RunWords.Kind<OptimizerKind>(name) : training.Optimizer,
            WeightDecay = parsed.GetValue(weightDecay) ?? training.WeightDecay,
            ClipNorm = parsed.GetValue(clipNorm) is { } norm ? (norm == 0 ? null : norm) : training.ClipNorm,
            InitializationGain = parsed.GetValue(gain) ?? training.InitializationGain,
            Targets = parsed.GetValue(targets) is { } kinds ? RunWords.Targets(kinds) : training.Targets,
            Layers = parsed.GetValue(layers) is { } blocks ? RunWords.Layers(blocks) : training.Layers,
            Seed = parsed.GetValue(seed) ?? training.Seed,
        };
}
