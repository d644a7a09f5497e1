using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving.Scan;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Scan;

public sealed class RatingTests
{
    [Theory]
    [InlineData("collections", "OrderedDict", nameof(ImportRating.Innocuous))]
    [InlineData("torch._utils", "_rebuild_tensor_v2", nameof(ImportRating.Innocuous))]
    [InlineData("torch", "FloatStorage", nameof(ImportRating.Innocuous))]
    [InlineData("numpy.core.multiarray", "_reconstruct", nameof(ImportRating.Innocuous))]
    [InlineData("builtins", "set", nameof(ImportRating.Innocuous))]
    [InlineData("transformers.training_args", "TrainingArguments", nameof(ImportRating.Suspicious))]
    [InlineData("mymodel", "Net", nameof(ImportRating.Suspicious))]
    [InlineData("collections", "UserDict", nameof(ImportRating.Suspicious))]
    [InlineData("osteology", "system", nameof(ImportRating.Suspicious))]
    [InlineData("builtins", "eval", nameof(ImportRating.Dangerous))]
    [InlineData("__builtin__", "eval", nameof(ImportRating.Dangerous))]
    [InlineData("os", "anything", nameof(ImportRating.Dangerous))]
    [InlineData("posix", "system", nameof(ImportRating.Dangerous))]
    [InlineData("importlib.metadata", "files", nameof(ImportRating.Dangerous))]
    [InlineData("inspect", "getattr_static", nameof(ImportRating.Dangerous))]
    [InlineData("pkgutil", "resolve_name", nameof(ImportRating.Dangerous))]
    [InlineData("torch.storage", "_load_from_bytes", nameof(ImportRating.Dangerous))]
    [InlineData("torch", "serialization.os.system", nameof(ImportRating.Dangerous))]
    [InlineData("collections", "OrderedDict.__init__.__globals__", nameof(ImportRating.Dangerous))]
    [InlineData("numpy", "f2py.crackfortran.myeval", nameof(ImportRating.Dangerous))]
    public void Names_are_rated_by_the_table(string module, string name, string rating) =>
        Assert.Equal(Enum.Parse<ImportRating>(rating), ImportTable.Rate(module, name));

    [Fact]
    public async Task The_verdict_is_told_in_the_fields_that_clients_read()
    {
        var status = SecurityStatus.OfFile(await Pickles.ScanAsync(Pickles.Running));
        Assert.Equal("unsafe", (string?)status["status"]);
        Assert.Equal("unscanned", (string?)status["avScan"]!["status"]);
        var scan = status["pickleImportScan"]!;
        Assert.Equal("unsafe", (string?)scan["status"]);
        var import = Assert.Single(scan["pickleImports"]!.AsArray())!;
        Assert.Equal(("os", "system", "dangerous"), ((string?)import["module"], (string?)import["name"], (string?)import["safety"]));
    }

    [Fact]
    public async Task A_repository_tells_its_bad_files_worst_first()
    {
        var bad = await Pickles.ScanAsync(Pickles.Running);
        var odd = await Pickles.ScanAsync([0x80, 2, 0x82, 7, (byte)'.']);
        var good = await Pickles.ScanAsync([0x80, 2, (byte)'N', (byte)'.']);
        var answer = SecurityStatus.OfRepository(
            new Dictionary<string, ScanVerdict>
            {
                ["b.pkl"] = good,
                ["c.pkl"] = odd,
                ["d.pkl"] = bad,
                ["a.pkl"] = odd,
            }
        );
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """{"scansDone":true,"filesWithIssues":[{"path":"d.pkl","level":"unsafe"},{"path":"a.pkl","level":"suspicious"},{"path":"c.pkl","level":"suspicious"}]}"""
                ),
                answer
            )
        );
    }

    [Fact]
    public async Task A_safetensors_file_is_proved_and_a_broken_one_is_told_by_its_own_name()
    {
        using var folder = new TemporaryFolder();
        var whole = folder.Locate("whole");
        await SafetensorsWriter.WriteAsync(whole, [], null, TestContext.Current.CancellationToken);
        Assert.Equal(
            ScanLevel.Safe,
            (await FileScanner.ScanAsync("a/model.safetensors", whole, TestContext.Current.CancellationToken)).Level
        );
        var verdict = await FileScanner.ScanAsync("a/model.safetensors", folder.Put("x", [1, 2, 3]), TestContext.Current.CancellationToken);
        Assert.Equal(ScanLevel.Caution, verdict.Level);
        Assert.Contains("a/model.safetensors", verdict.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.FullPath, verdict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("config.json")]
    [InlineData("bin")]
    public async Task Other_files_are_not_looked_into(string name) =>
        Assert.Equal(ScanVerdict.Unscanned, await Pickles.ScanAsync(Pickles.Running, name));
}
