using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Torch.Tests.CommandLine;
using LoRAEnsembleHub.Torch.Tests.Methods;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>What training leaves of its losses: means over stretches, the members' own, and refusals of what is no log.</summary>
public sealed class TrainingLogTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_short_run_has_a_point_for_every_update()
    {
        var recorder = new TrainingLogRecorder(3);
        recorder.Add(1, 2.5, 0.1, [2, 3]);
        recorder.Add(2, 1.25, 0.2, [1, null]);
        recorder.Add(3, 1, 0.3, [null, null]);
        var log = recorder.Log;
        Assert.Equal([1, 2, 3], log.Points.Select(point => point.Step));
        Assert.Equal([2.5, 1.25, 1], log.Points.Select(point => point.Loss));
        Assert.Equal([0.1, 0.2, 0.3], log.Points.Select(point => point.LearningRate));
        Assert.Equal([2, 3], log.Points[0].MemberLosses);
        Assert.Equal([1, null], log.Points[1].MemberLosses);
        Assert.Equal([null, null], log.Points[2].MemberLosses);
    }

    [Fact]
    public void A_long_run_has_a_hundred_means_over_stretches_that_leave_no_update_out()
    {
        const int Steps = 250;
        var recorder = new TrainingLogRecorder(Steps);
        for (var step = 1; step <= Steps; step++)
        {
            recorder.Add(step, step, 1.0 / step, step % 2 == 0 ? [step, null] : [step, -step]);
        }

        var points = recorder.Log.Points;
        Assert.Equal(100, points.Count);
        Assert.Equal(Steps, points[^1].Step);
        var before = 0;
        foreach (var point in points)
        {
            int[] stretch = [.. Enumerable.Range(before + 1, point.Step - before)];
            Assert.InRange(stretch.Length, 2, 3);
            Assert.Equal(stretch.Average(), point.Loss, 1e-3);
            Assert.Equal(1.0 / point.Step, point.LearningRate, 1e-7 / point.Step);
            Assert.Equal(-stretch.Where(step => step % 2 == 1).Average(), point.MemberLosses![1]!.Value, 1e-3);
            before = point.Step;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(7)]
    public void A_recorder_taken_up_again_ends_with_the_same_text(int stop)
    {
        var losses = Enumerable.Range(1, 333).Select(step => Math.Exp(Math.Sin(step)) / 3).ToArray();
        void Feed(TrainingLogRecorder recorder, int from, int to)
        {
            for (var step = from; step <= to; step++)
            {
                recorder.Add(step, losses[step - 1], 0.001 / step, [losses[step - 1] / 7, null]);
            }
        }

        var (whole, first) = (new TrainingLogRecorder(losses.Length), new TrainingLogRecorder(losses.Length));
        Feed(whole, 1, losses.Length);
        Feed(first, 1, stop);
        var second = new TrainingLogRecorder(losses.Length).Resumed(first.State, stop)!;
        Feed(second, stop + 1, losses.Length);
        Assert.Equal(whole.Log.ToJson(), second.Log.ToJson());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"points": null, "sum": 0, "updates": 0}""")]
    [InlineData("""{"points": [{"step": 9, "loss": 1, "learning_rate": 1}], "sum": 0, "updates": 0}""")]
    [InlineData("""{"points": [], "sum": 0, "updates": 1, "member_sums": [1]}""")]
    public void A_state_that_makes_no_sense_is_not_taken_up(string state) => Assert.Null(new TrainingLogRecorder(10).Resumed(state, 5));

    [Fact]
    public void A_log_is_read_as_it_was_written()
    {
        var recorder = new TrainingLogRecorder(2);
        recorder.Add(1, 2.0 / 3, 1e-5 / 3, [1.0 / 3, null]);
        recorder.Add(2, 1e-12, 0, [1, 2]);
        var text = recorder.Log.ToJson();
        Assert.Equal(text, TrainingLog.Parse(text, "log").ToJson());
        Assert.Contains(
            """{"step":1,"loss":0.666667,"learning_rate":3.3333333E-06,"member_losses":[0.333333,null]}""",
            text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain('\r', text);
        var more = text.Replace("\"total_steps\"", "\"later\": [], \"total_steps\"", StringComparison.Ordinal);
        Assert.Equal(text, TrainingLog.Parse(more, "log").ToJson());
    }

    [Theory]
    [InlineData("[]", "no object")]
    [InlineData("half", "")]
    [InlineData("""{"format": "other", "format_version": 1, "total_steps": 1, "points": []}""", "format is other")]
    [InlineData("""{"format": "F", "format_version": 2, "total_steps": 1, "points": []}""", "version 2")]
    [InlineData("""{"format": "F", "format_version": 1, "points": []}""", "total_steps")]
    [InlineData("""{"format": "F", "format_version": 1, "total_steps": 0, "points": []}""", "total_steps is 0")]
    [InlineData("""{"format": "F", "format_version": 1, "total_steps": 1, "points": null}""", "points null")]
    [InlineData("""{"format": "F", "format_version": 1, "total_steps": 1, "points": [null]}""", "point 0 is null")]
    [InlineData("""{"format": "F", "format_version": 1, "total_steps": 1, "points": [{"step": 1, "loss": 1}]}""", "learning_rate")]
    [InlineData("""{"format": "F", "format_version": 1, "total_steps": 9, "points": [P, P]}""", "point 1 has step 3")]
    [InlineData("""{"format": "F", "format_version": 1, "total_steps": 2, "points": [P]}""", "point 0 has step 3")]
    [InlineData(
        """{"format": "F", "format_version": 1, "total_steps": 9, "points": [{"step": 1, "loss": 1e999, "learning_rate": 1}]}""",
        "loss"
    )]
    [InlineData(
        """{"format": "F", "format_version": 1, "total_steps": 9, "points": [{"step": 1, "loss": 1, "learning_rate": -1}]}""",
        "learning_rate"
    )]
    [InlineData(
        """{"format": "F", "format_version": 1, "total_steps": 9, "points": [{"step": 1, "loss": 1, "learning_rate": 1, "member_losses": [1]}, P]}""",
        "point 1 has another number"
    )]
    [InlineData("""{"format": "F", "format": "F", "format_version": 1, "total_steps": 1, "points": []}""", "")]
    public void What_is_no_log_is_refused_by_place_and_reason(string json, string reason)
    {
        json = json.Replace("\"F\"", "\"lora-ensemble-training-log\"", StringComparison.Ordinal)
            .Replace("P", """{"step": 3, "loss": 1, "learning_rate": 1}""", StringComparison.Ordinal);
        var refusal = Assert.Throws<TrainingException>(() => TrainingLog.Parse(json, "some/training_log.json"));
        Assert.StartsWith("some/training_log.json is no training log", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(MethodCases.Names), MemberType = typeof(MethodCases))]
    public void Every_method_tells_its_loss_and_those_of_its_members(string name)
    {
        var options = MethodCases.Options(name);
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, options, MethodCases.Examples(model));
        double[] losses = [.. Enumerable.Range(0, 3).Select(_ => trainer.Update().Loss)];
        var points = trainer.Log.Points;
        Assert.Equal(losses, points.Select(point => point.Loss), (expected, actual) => Math.Abs(expected - actual) <= 1e-5 * expected);
        var isOne =
            options.Members == 1
            || options is { Method: TrainingMethod.McDropout, AsReleased: false } or { Method: TrainingMethod.SnapshotEnsemble };
        Assert.All(
            points,
            point =>
            {
                Assert.Equal(isOne ? null : options.Members, point.MemberLosses?.Count);
                if (!isOne)
                {
                    Assert.Equal(point.Loss, point.MemberLosses!.OfType<double>().Average(), 1e-5 * point.Loss);
                }
            }
        );
        if (options.MemberDropout > 0)
        {
            Assert.Contains(points, point => point.MemberLosses!.Contains(null));
        }
    }

    [Fact]
    public void Losses_of_members_are_weighted_as_that_of_all()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var logits = TorchSharp.torch.arange(12, dtype: TorchSharp.torch.ScalarType.Float32).sin().view(2, 3, 2); // [members, batch, classes]
        var labels = TorchSharp.torch.arange(3).clamp_max(1);
        var weights = TorchSharp.torch.linspace(3, 0.5, 2);
        var own = EnsembleLoss.OfMembers(logits, labels, weights);
        var expected = Enumerable
            .Range(0, 2)
            .Select(member => EnsembleLoss.Of(logits[member..(member + 1)], labels, weights, MemberReduction.Mean).item<float>());
        Assert.Equal(expected, own, (first, second) => Math.Abs(first - second) < 1e-6);
        Assert.NotEqual(own[0], own[1]);
    }

    [Fact]
    public async Task The_log_lies_beside_the_manifest_and_the_page_of_evaluate_draws_it()
    {
        var log = TrainingLog.Find(tiny.Ensemble)!;
        Assert.Equal((6, 6, 2), (log.TotalSteps, log.Points.Count, log.Points[0].MemberLosses!.Count));
        Assert.True(log.Points[^1].Loss < log.Points[0].Loss);
        var page = await PageAsync(tiny.Ensemble);
        Assert.Contains("How it was trained", page, StringComparison.Ordinal);
        Assert.Contains("Learning rate", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split(" faint\"").Length - 1); // a thin line for each member

        var copy = tiny.CopyOfEnsemble("unlogged");
        File.Delete(Path.Combine(copy, TrainingLog.FileName));
        Assert.DoesNotContain("How it was trained", await PageAsync(copy), StringComparison.Ordinal);
        (await Tool.RunAsync("inspect", copy)).Done();
    }

    [Fact]
    public async Task A_malformed_log_is_refused_where_it_is_read_and_told_of_by_inspect()
    {
        var copy = tiny.CopyOfEnsemble("malformed");
        await File.WriteAllTextAsync(Path.Combine(copy, TrainingLog.FileName), "{}", TestContext.Current.CancellationToken);
        (await Tool.RunAsync(Evaluation(copy, "--report", Path.Combine(scratch.Path, "no")))).Refused(1, TrainingLog.FileName);
        (await Tool.RunAsync(Evaluation(copy))).Done(); // predicts without it
        var inspected = await Tool.RunAsync("inspect", copy, "--json");
        Assert.Equal(1, inspected.ExitCode);
        Assert.Contains(TrainingLog.FileName, (string?)Assert.Single(inspected.Json()["problems"]!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ensemble_written_over_another_does_not_keep_its_log()
    {
        var copy = tiny.CopyOfEnsemble("replaced");
        using var ensemble = LoadedEnsemble.Load(tiny.Ensemble, tiny.Base);
        await EnsembleWriter.WriteSystemAsync(
            copy,
            ensemble.System,
            null,
            ensemble.Manifest!,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.False(File.Exists(Path.Combine(copy, TrainingLog.FileName)));
        Assert.Equal(2, EnsembleFolder.Open(copy).MemberFolders.Count);
    }

    [Fact]
    public void A_log_may_lie_in_a_folder_before_its_ensemble()
    {
        File.WriteAllText(Path.Combine(scratch.Path, TrainingLog.FileName), "");
        EnsembleWriter.CheckFolder(scratch.Path);
    }

    private string[] Evaluation(string ensemble, params string[] more) =>
        ["evaluate", "--base", tiny.Base, "--ensemble", ensemble, "--data", tiny.Data, .. more];

    private async Task<string> PageAsync(string ensemble)
    {
        var report = Path.Combine(scratch.Path, Path.GetRandomFileName());
        (await Tool.RunAsync(Evaluation(ensemble, "--report", report))).Done();
        return await File.ReadAllTextAsync(Path.Combine(report, "report.html"), TestContext.Current.CancellationToken);
    }
}
