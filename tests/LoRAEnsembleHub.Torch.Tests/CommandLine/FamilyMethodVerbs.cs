namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Methods by the verbs for sounds.</summary>
public sealed class SoundMethodVerbs(TinySounds tiny) : FamilyMethodVerbs(tiny), IClassFixture<TinySounds>;

/// <summary>Methods by the verbs for texts.</summary>
public sealed class TextMethodVerbs(TinyTexts tiny) : FamilyMethodVerbs(tiny), IClassFixture<TinyTexts>;

/// <summary>Methods with code of their own by the verbs, for a family of models.</summary>
public abstract class FamilyMethodVerbs(TinyModel tiny)
{
    [Theory]
    [InlineData("explicit-ensemble", "")]
    [InlineData("mc-dropout", "")]
    [InlineData("batch-ensemble", "--train-shared")]
    public async Task It_trains_and_predicts_as_it_was_measured(string method, string options)
    {
        var folder = Path.Combine(tiny.Folder, "tiny", method);
        string[] arguments =
        [
            .. $"train --method {method} --members 2 --warmup-steps 0 --batch-size 4 --epochs 2 --learning-rate 0.002 --json {options}".Split(
                ' ',
                StringSplitOptions.RemoveEmptyEntries
            ),
            "--base",
            tiny.Base,
            "--data",
            tiny.Data,
            "--output",
            folder,
        ];
        var trained = (await Tool.RunAsync(arguments)).Done().Json();
        var evaluated = (await Tool.RunAsync(["evaluate", "--ensemble", folder, "--data", tiny.Data, "--batch-size", "3", "--json"]))
            .Done()
            .Json();
        var measured = trained["metrics"]!
            .AsArray()
            .Single(metric => (string)metric!["name"]! == "nll" && (string)metric["aggregation"]! == "mean_probability");
        var found = evaluated["summary"]!["mean_probability"]!["nll"]!;
        Assert.Equal((double)measured!["value"]!, (double)found, 1e-5);
    }
}
