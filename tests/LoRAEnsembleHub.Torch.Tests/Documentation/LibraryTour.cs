using System.Globalization;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.CommandLine;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Documentation;

/// <summary>The code of docs/library.md, run on what is shipped; <see cref="DocumentedCode"/> keeps the two alike.</summary>
public sealed class LibraryTour : IDisposable
{
    private static readonly string adapters = Path.Combine(Golden.Repository, "adapters");
    private static readonly string baseFolder = Path.Combine(adapters, "lorae", "vit-glyphs-small");
    private static readonly string folder = Path.Combine(adapters, "lorae", "vit-glyphs-small-lora-ensemble-fashion-mnist-m8-r8");
    private static readonly string digitsFolder = Path.Combine(adapters, "lorae", "vit-glyphs-small-lora-ensemble-digits-m8-r8");
    private static readonly string dataFolder = Path.Combine(adapters, "datasets", "lorae", "fashion-mnist");
    private static readonly string digitsData = Path.Combine(adapters, "datasets", "lorae", "digits");
    private readonly ScratchFolder scratch = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // what the documented code says
    private StringWriter Console { get; } = new(CultureInfo.InvariantCulture);

    private IReadOnlyList<string> Lines => Console.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        scratch.Dispose();
        Console.Dispose();
    }

    [Fact]
    public void Pictures_are_predicted_with_their_uncertainty()
    {
        var photo = TinyBase.WritePng(Path.Combine(scratch.Path, "photo.png"), 120);
        Predict(photo, File.ReadAllBytes(photo));
        Assert.Equal(2, Lines.Count);
        Assert.Equal(Lines[0], Lines[1]); // the same picture as a file and as bytes
        Assert.Matches(@"^[\w\-/ ]+: 0\.\d\d, entropy \d\.\d\d nats, \d\.\d\d of it disagreement, \d of 8 votes$", Lines[0]);
    }

    [Fact]
    public void Tensors_give_logits_of_all_members()
    {
        using var pixels = zeros(2, 3, 28, 28);
        Compute(pixels);
        Assert.Equal("[8, 2, 10]", Lines[^1]);
    }

    [Fact]
    public void Several_threads_predict_at_once()
    {
        using var ensemble = LoadedEnsemble.Load(folder, baseFolder);
        InputItem[] photos =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(index => InputItem.OfFile(TinyBase.WritePng(Path.Combine(scratch.Path, $"{index}.png"), (byte)(50 * index)))),
        ];
        var alone = photos.Select(photo => ensemble.Predict([photo], cancellationToken: Stop)[0]).ToArray();
        var together = new ExamplePrediction[16];
        Parallel.For(
            0,
            together.Length,
            index => together[index] = ensemble.Predict([photos[index % photos.Length]], cancellationToken: Stop)[0]
        );
        Assert.All(together.Index(), answer => Assert.Equal(alone[answer.Index % photos.Length].Probabilities, answer.Item.Probabilities));
    }

    [Fact]
    public void What_is_sure_enough_is_found_on_held_out_examples()
    {
        Trust(TinyBase.WritePng(Path.Combine(scratch.Path, "photo.png"), 120));
        Assert.Matches(@"^0\.\d\d of all inputs can be answered from a confidence of 0\.\d\d$", Lines[0]);
        Assert.StartsWith("One of: ", Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Ensembles_take_turns_on_one_base()
    {
        TakeTurns();
        Assert.Equal(2, Lines.Count(line => line.StartsWith("accuracy ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_ensemble_is_trained()
    {
        await TrainAsync(Path.Combine(scratch.Path, "mine"), Stop);
        Assert.Equal("4 members", Lines[^1]);
    }

    [Fact]
    public async Task An_ensemble_and_its_base_are_pulled()
    {
        await using var server = await HubServer.StartAsync(new HubServerOptions { Folder = adapters }, Stop);
        await PullAsync(Path.Combine(scratch.Path, "cache"), server.Address, Stop);
        Assert.Equal("10 classes", Lines[^1]);
    }

    [Fact]
    public void Items_of_another_kind_are_refused_with_what_is_needed()
    {
        using var ensemble = LoadedEnsemble.Load(folder, baseFolder);
        var text = Assert.Throws<DataSetException>(() =>
            ensemble.Predict([InputItem.OfText("a shoe", "request 7")], cancellationToken: Stop)
        );
        Assert.Equal("request 7: this is a text, and the model takes images. Give the files or bytes of images.", text.Message);
        Assert.Contains("one or more", Assert.Throws<DataSetException>(() => ensemble.Predict([], cancellationToken: Stop)).Message);
        var upload = InputItem.OfBytes(new byte[] { 1, 2, 3 }, "upload.jpg");
        Assert.Contains("upload.jpg", Assert.Throws<ImageException>(() => ensemble.Predict([upload], cancellationToken: Stop)).Message);

        // inputs that were given have no labels to measure against
        var photo = TinyBase.WritePng(Path.Combine(scratch.Path, "photo.png"), 120);
        var given = ensemble.Pipeline.FromItems([InputItem.OfFile(photo)], ensemble.Labels);
        Assert.Throws<ArgumentException>(() => ensemble.PredictExamples(given, cancellationToken: Stop));
        Assert.Equal(1, ensemble.PredictExamples(given, withLabels: false, cancellationToken: Stop).Examples);
    }

    [Fact]
    public void Sounds_in_memory_are_predicted_as_their_files_are()
    {
        using var ensemble = LoadedEnsemble.Load(
            Path.Combine(adapters, "lorae", "ast-spoken-small-lora-ensemble-spoken-digits-m8-r8"),
            Path.Combine(adapters, "lorae", "ast-spoken-small")
        );
        var file = Path.Combine(adapters, "datasets", "lorae", "spoken-digits", "audio", "nine-35.wav");
        var heard = ensemble.Predict([InputItem.OfFile(file), InputItem.OfBytes(File.ReadAllBytes(file), "call")], cancellationToken: Stop);
        Assert.Equal(heard[0].Probabilities, heard[1].Probabilities);
        Assert.Equal(8, heard[1].MemberLabels.Count);
    }

    [Fact]
    public void A_table_of_texts_gives_a_prediction_for_each_row()
    {
        using var ensemble = LoadedEnsemble.Load(
            Path.Combine(adapters, "lorae", "bert-reviews-small-lora-ensemble-movie-reviews-m4-r8"),
            Path.Combine(adapters, "lorae", "bert-reviews-small")
        );
        var table = Path.Combine(scratch.Path, "reviews.txt");
        File.WriteAllText(table, "Effective but too tepid.\nA joy.\n");
        var read = ensemble.Predict([InputItem.OfText("Effective but too tepid."), InputItem.OfFile(table)], cancellationToken: Stop);
        Assert.Equal(3, read.Count);
        Assert.Equal(read[0].Probabilities[0], read[1].Probabilities[0], 1e-5);
        var bytes = InputItem.OfBytes(new byte[] { 65 }, "note");
        Assert.Contains("takes texts", Assert.Throws<DataSetException>(() => ensemble.Predict([bytes], cancellationToken: Stop)).Message);
    }

    private void Predict(string photo, byte[] upload)
    {
        using var ensemble = LoadedEnsemble.Load(folder, baseFolder);
        foreach (var answer in ensemble.Predict([InputItem.OfFile(photo), InputItem.OfBytes(upload, "upload.jpg")]))
        {
            Console.WriteLine(
                $"{ensemble.Labels[answer.Label]}: {answer.Confidence:0.00}, entropy {answer.PredictiveEntropy:0.00} nats, "
                    + $"{answer.MutualInformation:0.00} of it disagreement, {answer.Votes[answer.Label]} of {answer.MemberLabels.Count} votes"
            );
        }
    }

    private void Compute(Tensor pixels)
    {
        using var model = PretrainedModels.Load(baseFolder);
        using var ensemble = AdapterEnsemble.Load(folder, model);
        model.Attach(ensemble.Members); // Swap puts another set in its place, Detach takes it off; the base is never copied
        using var outputs = model.Forward(new Dictionary<string, Tensor> { ["pixel_values"] = pixels });
        Tensor logits = outputs.Logits; // [members, batch, classes]
        Console.WriteLine($"[{string.Join(", ", logits.shape)}]");
    }

    private void Trust(string photo)
    {
        using var ensemble = LoadedEnsemble.Load(folder, baseFolder);
        var held = ensemble.PredictExamples(ensemble.Pipeline.Open(dataFolder, "test", ensemble.Labels).AtMost(300));
        var mean = held.Aggregate(ensemble.Aggregation);

        // the confidence above which at most one answer in twenty is wrong
        var point = RiskCoverage.Of(mean, held.Labels!).Points.Where(point => point.Risk <= 0.05).MaxBy(point => point.Coverage);
        Console.WriteLine($"{point.Coverage:0.00} of all inputs can be answered from a confidence of {point.Threshold:0.00}");

        // or sets of classes that hold the true one nine times in ten
        var sets = ConformalPredictor.Calibrate(mean, held.Labels!, alpha: 0.1, ConformalScore.LeastAmbiguous);
        var asked = ensemble.PredictExamples(ensemble.Pipeline.FromItems([InputItem.OfFile(photo)], ensemble.Labels), withLabels: false);
        var possible = sets.SetOf(asked.Aggregate(ensemble.Aggregation), 0);
        Console.WriteLine($"One of: {string.Join(", ", possible.Select(label => ensemble.Labels[label]))}");
    }

    private void TakeTurns()
    {
        using var model = PretrainedModels.Load(baseFolder);
        using var fashion = AdapterEnsemble.Load(folder, model);
        using var digits = AdapterEnsemble.Load(digitsFolder, model);
        foreach (var (ensemble, data) in new[] { (fashion, dataFolder), (digits, digitsData) })
        {
            model.Swap(ensemble.Members); // the base is neither copied nor changed
            var examples = InputPipelines.LoadFor(ensemble.Folder, baseFolder).Open(data, "test", ensemble.Labels).AtMost(100);
            var predictions = Predictor.Predict(model, examples, ensemble.Labels).WithTemperature(ensemble.Temperatures);
            var scores = EvaluationSummary.From(predictions).MeanProbability;
            Console.WriteLine($"accuracy {scores.Accuracy:0.000}, NLL {scores.NegativeLogLikelihood:0.000}, ECE {scores.Ece10:0.000}");
        }
    }

    private async Task TrainAsync(string output, CancellationToken cancellationToken)
    {
        var config = new RunConfig
        {
            Base = baseFolder,
            Data = dataFolder,
            Output = output,
            TestSplit = null, // or the split to measure on
            Training = new TrainingOptions
            {
                Members = 4,
                Rank = 8,
                Steps = 3,
                WarmupSteps = 1,
            },
        };
        using var run = TrainingRun.Open(config); // goes on from a checkpoint where an earlier run was stopped
        var manifest = await run.RunAsync(cancellationToken: cancellationToken);
        Console.WriteLine($"{manifest.Members!.Count} members");
    }

    private async Task PullAsync(string cache, Uri endpoint, CancellationToken cancellationToken)
    {
        using var hub = new HubClient(new HubClientOptions { CacheFolder = cache, Endpoint = endpoint });
        var name = RepoId.Parse("lorae/vit-glyphs-small-lora-ensemble-fashion-mnist-m8-r8");
        var pulled = await hub.PullAsync(name, cancellationToken: cancellationToken);
        var wanted = EnsembleFolder.Open(pulled.Folder).Manifest!.BaseModel!.RepoId!;
        var pulledBase = await hub.PullAsync(RepoId.Parse(wanted), cancellationToken: cancellationToken);
        using var ensemble = LoadedEnsemble.Load(pulled.Folder, pulledBase.Folder); // refuses a base with other weights
        Console.WriteLine($"{ensemble.Labels.Count} classes");
    }
}
