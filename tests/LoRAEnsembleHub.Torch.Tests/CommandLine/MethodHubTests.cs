using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Torch.Tests.Methods;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Ensembles of every kind on their way to a hub and back, between processes on real sockets.</summary>
public sealed class MethodHubTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("explicit", false)]
    [InlineData("dropout", false)]
    [InlineData("dropout as released", false)]
    [InlineData("snapshots", false)]
    [InlineData("batch", true)]
    [InlineData("batch with shared weights", false)]
    [InlineData("heads", true)]
    public async Task What_is_pulled_has_the_bytes_of_what_was_pushed_and_gives_the_same_bits(string method, bool needsBase)
    {
        using var hub = await HubProcess.StartAsync(new ToolPlace(), "--storage", Path.Combine(scratch.Path, "store"));
        var place = Place(hub);
        var here = await TrainedAsync(method);
        if (needsBase)
        {
            (await Tool.RunAsync(place, "push", "tiny/base", tiny.Base)).Done();
        }

        (await Tool.RunAsync(place, "push", "tiny/other", here)).Done();
        var pulled = (await Tool.RunAsync(place, "pull", "tiny/other", "--json")).Done().Json();
        var there = (string)pulled["folder"]!;
        Assert.Equal(needsBase ? "tiny/base" : null, (string?)pulled["base"]?["repo_id"]);
        Assert.Equal(needsBase, LoadedEnsemble.NeedsBase(there));

        string[] files = [.. Files(here)];
        Assert.Equal(files, Files(there).Where(name => !name.StartsWith('.')));
        Assert.Contains(TrainingLog.FileName, files);
        Assert.All(
            files,
            name =>
                Assert.True(
                    File.ReadAllBytes(Path.Combine(here, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(there, name))),
                    name
                )
        );
        Assert.StartsWith(Path.Combine(scratch.Path, "home"), there, StringComparison.Ordinal);
        var (before, after) = (tiny.Predict(here, tiny.Base), tiny.Predict(there, (string?)pulled["base"]?["folder"]));
        Assert.Equal(MethodCases.Options(method).Members, before.Members);
        Assert.Equal(Bits(before), Bits(after));
        Assert.True(Bits(before).Distinct().Count() > before.Classes, "all examples look alike");
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file))
            .Order(StringComparer.Ordinal);

    private static long[] Bits(Predictions predictions) =>
        [
            .. Enumerable
                .Range(0, predictions.Members)
                .SelectMany(member =>
                    Enumerable.Range(0, predictions.Examples).SelectMany(example => predictions.Logits(member, example).ToArray())
                )
                .Select(BitConverter.DoubleToInt64Bits),
        ];

    private Task<string> TrainedAsync(string method) => tiny.TrainAsync(method, Path.Combine(scratch.Path, "trained"));

    private ToolPlace Place(HubProcess hub) =>
        new()
        {
            Variables = new Dictionary<string, string>
            {
                ["HF_ENDPOINT"] = hub.Endpoint,
                ["HF_HOME"] = Path.Combine(scratch.Path, "home"),
                ["HF_HUB_CACHE"] = "",
                ["HF_TOKEN"] = "",
                ["HF_TOKEN_PATH"] = "",
                ["HF_HUB_OFFLINE"] = "",
            },
        };
}
