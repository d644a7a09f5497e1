using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.CommandLine;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>Runs of every method from base and data to a repository: stopped and taken up, read and written again.</summary>
public sealed class MethodResume(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

    public static TheoryData<string> Names => MethodCases.Names;

    public void Dispose() => scratch.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Stopped_and_continued_runs_end_with_the_bytes_of_one_that_was_not(string name)
    {
        var config = Config(name);
        var whole = await Finished(config);
        foreach (var stop in new[] { 1, 4, 10 })
        {
            using var source = new CancellationTokenSource();
            using var run = TrainingRun.Open(config);
            var watch = new Watch(progress =>
            {
                if (progress.Step >= stop)
                {
                    source.Cancel();
                }
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RunAsync(watch, null, source.Token));
            Assert.Equal(stop, run.Step);
        }

        Assert.Equal(Bytes(whole), Bytes(await Finished(config)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reading_and_writing_again_gives_the_same_bytes_and_predictions(string name)
    {
        var folder = await Finished(Config(name));
        using var loaded = LoadedEnsemble.Load(folder, tiny.Base, new ModelOptions { RepoId = "tiny/base" }); // members name it
        Assert.Empty(loaded.Warnings);
        Assert.Equal(["dark", "light"], loaded.Labels);
        var copy = Path.Combine(scratch.Path, "copy");
        var options = new EnsembleWriterOptions { Card = false };
        await EnsembleWriter.WriteSystemAsync(copy, loaded.System, null, loaded.Manifest!, options, TestContext.Current.CancellationToken);
        var written = Bytes(copy);
        Assert.Contains(written.Keys, file => file.StartsWith("member-00", StringComparison.Ordinal));
        Assert.Equal(Bytes(folder).Where(file => written.ContainsKey(file.Key)), written);
        using var again = LoadedEnsemble.Load(copy, tiny.Base);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var pixels = TorchSharp.torch.randn(2, 3, 32, 32);
        var inputs = new Dictionary<string, TorchSharp.torch.Tensor> { ["pixel_values"] = pixels };
        using var first = loaded.System.Model.Forward(inputs);
        using var second = again.System.Model.Forward(inputs);
        Assert.Equal([loaded.System.Members, 2, 2], first.Logits.shape);
        Assert.True(first.Logits.equal(second.Logits).all().item<bool>());
    }

    [Fact]
    public async Task An_ensemble_of_another_method_in_the_same_folder_leaves_nothing_of_the_one_before()
    {
        var config = Config("batch with shared weights");
        using (var run = TrainingRun.Open(config))
        {
            await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        }

        var other = Config("explicit");
        using (var run = TrainingRun.Open(other, restart: true))
        {
            await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        }

        string[] expected = "member-00/config.json member-00/model.safetensors member-01/config.json member-01/model.safetensors".Split(
            ' '
        );
        Assert.Equal(expected, Bytes(other.Output).Keys.Where(file => file.Contains('/', StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("explicit", "member-01/model.safetensors")]
    [InlineData("dropout", "member-00/config.json")]
    [InlineData("dropout as released", "member-00/heads.safetensors")]
    [InlineData("batch", "member-02/batch_ensemble.safetensors")]
    [InlineData("batch", "member-02/batch_ensemble.json")]
    [InlineData("batch with shared weights", "shared/model.safetensors")]
    public async Task A_damaged_file_is_refused_by_name(string name, string file)
    {
        var folder = await Finished(Config(name));
        var path = Path.Combine(folder, file);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var refusal = Assert.Throws<AdapterException>(() => LoadedEnsemble.Load(folder, tiny.Base));
        Assert.True(refusal.IsIntegrity);
        Assert.Contains(Path.GetFileName(file), refusal.Message, StringComparison.Ordinal);
        File.Delete(path);
        refusal = Assert.Throws<AdapterException>(() => LoadedEnsemble.Load(folder, tiny.Base));
        Assert.Contains("is missing", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dropout", "\"probability\": 0.2", "\"probability\": 1.5", "dropout.probability")]
    [InlineData("dropout", "\"passes\": 3", "\"passes\": 0", "dropout.passes")]
    [InlineData("dropout", "\"temperature\": 1.5", "\"temperature\": [1.5]", "temperature")]
    [InlineData("explicit", "\"method\": \"explicit-ensemble\"", "\"method\": \"mc-dropout\"", "mc-dropout with 2 members")]
    [InlineData("batch with shared weights", "\"path\": \"shared\"", "\"path\": \"..\"", "shared.path")]
    public async Task A_manifest_that_is_wrong_for_its_method_is_refused_by_the_field(string name, string part, string wrong, string field)
    {
        var folder = await Finished(Config(name));
        var path = Path.Combine(folder, EnsembleManifest.FileName);
        var manifest = EnsembleManifest.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), path);
        var json = (manifest with { Temperature = 1.5 }).ToJson();
        Assert.Contains(part, json, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, json.Replace(part, wrong, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var refusal = Assert.Throws<AdapterException>(() => LoadedEnsemble.Load(folder, tiny.Base));
        Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_that_are_no_lora_adapters_are_refused_where_these_are_wanted_and_a_base_where_one_is_missing()
    {
        var folder = await Finished(Config("batch"));
        using var model = PretrainedModels.Load(tiny.Base);
        var refusal = Assert.Throws<AdapterException>(() => AdapterEnsemble.Load(folder, model));
        Assert.Contains("batch-ensemble", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            "base",
            Assert.Throws<ArgumentException>(() => LoadedEnsemble.Load(folder, null)).Message,
            StringComparison.Ordinal
        );
        Assert.True(LoadedEnsemble.NeedsBase(folder));
        Assert.False(LoadedEnsemble.NeedsBase(await Finished(Config("explicit"))));
    }

    private RunConfig Config(string name) =>
        new()
        {
            Base = tiny.Base,
            Data = tiny.Data,
            Output = Path.Combine(scratch.Path, "ensemble"),
            Training = MethodCases.Options(name) with { BatchSize = 4, LearningRate = 1e-3 }, // 6 epochs of 8 images by 4
        };

    private async Task<string> Finished(RunConfig config)
    {
        using (var run = TrainingRun.Open(config))
        {
            await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(12, run.Step);
        }

        var aside = Path.Combine(scratch.Path, Path.GetRandomFileName());
        Directory.Move(config.Output, aside);
        return aside;
    }

    private static SortedDictionary<string, string> Bytes(string folder) =>
        new(
            Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .ToDictionary(
                    file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'),
                    file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))
                ),
            StringComparer.Ordinal
        );

    private sealed class Watch(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
