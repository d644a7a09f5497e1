namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class BenchTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    [Fact]
    public async Task An_ensemble_is_measured_against_one_member_after_the_other()
    {
        string[] bench = ["bench", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--rounds", "2", "--batch-size", "3"];
        var json = (await Tool.RunAsync([.. bench, "--json"])).Done().Json();
        Assert.Equal((2, 3, 2), ((int)json["members"]!, (int)json["batch_size"]!, (int)json["rounds"]!));
        Assert.Equal(
            ["all members in one pass", "one member after the other", "one member"],
            json["speeds"]!.AsArray().Select(speed => (string?)speed!["name"])
        );
        foreach (var speed in json["speeds"]!.AsArray())
        {
            Assert.True((double)speed!["milliseconds"]! > 0);
            Assert.Equal(3000 / (double)speed["milliseconds"]!, (double)speed["inputs_per_second"]!, 6);
        }

        Assert.True((long)json["peak_bytes"]! >= (long)json["loaded_bytes"]!);
        Assert.True((long)json["loaded_bytes"]! > (long)json["adapter_bytes"]! && (long)json["adapter_bytes"]! > 0);
        var table = (await Tool.RunAsync(bench)).Done().Output;
        Assert.Contains("inputs / s", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ast-v4")]
    [InlineData("bert")]
    public async Task Every_kind_of_base_can_be_measured_alone(string name)
    {
        var run = await Tool.RunAsync("bench", "--base", Golden.Folder("models", name), "--rounds", "1", "--json");
        Assert.Equal("base alone", (string?)Assert.Single(run.Done().Json()["speeds"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task No_rounds_are_refused() =>
        (await Tool.RunAsync("bench", "--base", tiny.Base, "--rounds", "0")).Refused(2, "--rounds is 0");
}
