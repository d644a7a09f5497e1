using System.Text.Json.Nodes;
using LoRAEnsembleHub.Torch.Tests.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Sounds through every verb, as a user would have it.</summary>
public sealed class SoundVerbTests(TinySounds tiny) : IClassFixture<TinySounds>
{
    private string[] Predict => ["predict", "--base", tiny.Base, "--ensemble", tiny.Ensemble];

    [Fact]
    public async Task Files_folders_and_data_sets_are_predicted_alike()
    {
        var folder = Path.Combine(tiny.Data, "test", "low");
        var files = (await Tool.RunAsync([.. Predict, folder, Path.Combine(tiny.Data, "test", "high", "*.wav"), "--json"])).Done().Json();
        var set = (await Tool.RunAsync([.. Predict, "--data", tiny.Data, "--json"])).Done().Json();
        Assert.Equal(6, files["predictions"]!.AsArray().Count);
        Assert.Equal(Path.Combine(folder, "0.wav"), (string?)files["predictions"]![0]!["input"]);
        var byFile = set["predictions"]!.AsArray().ToDictionary(one => (string)one!["input"]!, one => (double)one!["probability"]!);
        Assert.All(files["predictions"]!.AsArray(), one => Assert.Equal(byFile[(string)one!["input"]!], (double)one["probability"]!, 5));
        Assert.All(set["predictions"]!.AsArray(), one => Assert.True((string?)one!["true_label"] is "low" or "high"));
    }

    [Fact]
    public async Task What_had_to_be_done_to_a_sound_is_a_warning()
    {
        var stereo = Sounds.Sine(200, 44_100, 88_200).Concat(Sounds.Sine(200, 44_100, 88_200)).ToArray();
        var file = tiny.Write("stereo.wav", Sounds.Wav(stereo, channels: 2, rate: 44_100));
        var run = (await Tool.RunAsync([.. Predict, file, "--json"])).Done();
        string[] warnings = [.. run.Json()["warnings"]!.AsArray().Select(one => (string)one!)];
        Assert.Contains(warnings, one => one.Contains("stereo.wav: 2 channels were mixed into one.", StringComparison.Ordinal));
        Assert.Contains(warnings, one => one.Contains("resampled from 44100 to 16000 Hz", StringComparison.Ordinal));
        Assert.Contains(warnings, one => one.Contains("only the first 0.655 s are heard", StringComparison.Ordinal));
        Assert.Contains("warning: ", run.Errors, StringComparison.Ordinal);
        (await Tool.RunAsync([.. Predict, file, "--exact-rate"])).Refused(1, "stereo.wav", "44100 Hz; 16000 Hz are needed");
    }

    [Fact]
    public async Task Sounds_are_measured_under_noise_and_under_nothing_else()
    {
        string[] measuring = ["evaluate", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--data", tiny.Data];
        var json = (await Tool.RunAsync([.. measuring, "--corrupt", "all", "--json"])).Done().Json();
        var points = json["shift"]!["corrupted"]!.AsArray();
        Assert.Equal([1, 2, 3, 4, 5], points.Select(point => (int)point!["severity"]!));
        Assert.All(points, point => Assert.Equal("noise", (string?)point!["corruption"]));
        Assert.NotEqual((double)points[0]!["entropy"]!, (double)points[4]!["entropy"]!);
        (await Tool.RunAsync([.. measuring, "--corrupt", "blur"])).Refused(2, "known for sounds are noise and all");
    }

    [Fact]
    public async Task What_is_no_sound_is_refused_by_its_name()
    {
        var noise = Sounds.Noise(2_000);
        noise[1_000] = float.NaN;
        (await Tool.RunAsync([.. Predict, tiny.Write("nan.wav", Sounds.Wav(noise))])).Refused(6, "nan.wav", "NaN");
        float[] loud = [.. Sounds.Noise(2_000).Select(sample => sample * 1e38f)];
        (await Tool.RunAsync([.. Predict, tiny.Write("loud.wav", Sounds.Wav(loud))])).Refused(1, "loud.wav", "so loud");
        (await Tool.RunAsync([.. Predict, Golden.PathOf("inputs", "audio", "not-audio.wav")])).Refused(6, "not-audio.wav");
        (await Tool.RunAsync([.. Predict, Golden.PathOf("inputs", "audio", "no-data.wav")])).Refused(6, "no-data.wav");
        (await Tool.RunAsync([.. Predict, Golden.PathOf("inputs", "audio", "cut-off.wav")])).Refused(6, "cut-off.wav", "cut off");
        (await Tool.RunAsync([.. Predict, Golden.PathOf("inputs", "audio", "too-short-399.wav")])).Refused(1, "too-short-399.wav", "399");
        (await Tool.RunAsync([.. Predict, Path.Combine(tiny.Folder, "none.wav")])).Refused(3, "There is no sound");
        (await Tool.RunAsync([.. Predict, tiny.Base])).Refused(3, "no file that ends in .wav");
    }

    [Fact]
    public async Task Options_for_other_kinds_of_input_are_refused_and_not_ignored()
    {
        var file = Path.Combine(tiny.Data, "test", "low", "0.wav");
        (await Tool.RunAsync([.. Predict, file, "--upright"])).Refused(2, "orientation of pictures");
        (await Tool.RunAsync([.. Predict, file, "--max-tokens", "9"])).Refused(2, "number of tokens");
        var output = Path.Combine(tiny.Folder, "refused");
        (await Tool.RunAsync([.. tiny.Training, "--output", output, "--augment", "flip"])).Refused(
            2,
            "augmentation is set, which is for images"
        );
        (await Tool.RunAsync([.. tiny.Training, "--output", output, "--augment", "mel-mask:x"])).Refused(
            2,
            "--augment has mel-mask:x",
            "time-mask:FRAMES"
        );
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public async Task A_run_states_its_changes_and_trains_the_same_bytes_again()
    {
        var run = JsonNode.Parse(await ReadAsync("run.json"))!;
        Assert.Equal(4, (int)run["audio_augmentation"]!["frequency_mask_bins"]!);
        var manifest = JsonNode.Parse(await ReadAsync("lora_ensemble.json"))!;
        Assert.Equal(50, (int)manifest["training"]!["audio_augmentation"]!["shift_samples"]!);
        Assert.Null(manifest["training"]!["normalization"]);
        var again = Path.Combine(tiny.Folder, "again");
        (await Tool.RunAsync("train", "--config", Path.Combine(tiny.Ensemble, "run.json"), "--output", again)).Done();
        const string weights = "member-00/adapter_model.safetensors";
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(tiny.Ensemble, weights), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(Path.Combine(again, weights), TestContext.Current.CancellationToken)
        );
        var card = await ReadAsync("README.md");
        Assert.Contains("pipeline_tag: audio-classification", card, StringComparison.Ordinal);
        Assert.Matches("(beats its members|no better than its members|equals its members)", card);
        Assert.Contains("ASTFeatureExtractor", await ReadAsync("preprocessor_config.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_show_spectrograms()
    {
        var report = Path.Combine(tiny.Folder, "report");
        var json = (
            await Tool.RunAsync(
                "evaluate",
                "--base",
                tiny.Base,
                "--ensemble",
                tiny.Ensemble,
                "--data",
                tiny.Data,
                "--ood",
                tiny.Data,
                "--report",
                report,
                "--json"
            )
        )
            .Done()
            .Json();
        Assert.Equal(6, (int)json["summary"]!["examples"]!);
        var page = await File.ReadAllTextAsync(Path.Combine(report, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("data:image/png;base64,", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default-1024")]
    [InlineData("esc50")]
    [InlineData("mel-64")]
    [InlineData("raw")]
    public async Task Spectrograms_are_those_of_transformers(string config)
    {
        var audio = Golden.PathOf("inputs", "audio");
        var expected = GoldenTensors.Load(Path.Combine(audio, config + ".safetensors"));
        var name = "sweep.wav";
        var output = Path.Combine(tiny.Folder, config + ".safetensors");
        (
            await Tool.RunAsync(
                "preprocess",
                "--config",
                Path.Combine(audio, "configs", config),
                Path.Combine(audio, name),
                "--output",
                output
            )
        ).Done();
        var written = GoldenTensors.Load(output);
        var found = expected.Names.First(key => key.StartsWith("sweep", StringComparison.Ordinal));
        var (want, got) = (expected.Floats(found).ToArray(), written.Floats("input_values").ToArray());
        Assert.Equal(want.Length, got.Length);
        Assert.True(want.Zip(got).Max(pair => Math.Abs(pair.First - pair.Second)) <= 1e-4f); // tolerance of the golden README
    }

    [Fact]
    public async Task A_data_set_and_a_base_are_told_without_libtorch()
    {
        var set = (await Tool.RunAsync("inspect", tiny.Data, "--json")).Done().Json();
        Assert.Equal("sound", (string?)set["input"]);
        Assert.Equal("0.625 s at 16000 Hz, 1 channel, WAV, 32-bit float", (string?)set["splits"]![0]!["first_size"]);
        var model = (await Tool.RunAsync("inspect", tiny.Base)).Done();
        Assert.Contains("preprocessor_config.json", model.Output, StringComparison.Ordinal);
    }

    private Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(tiny.Ensemble, name), TestContext.Current.CancellationToken);
}
