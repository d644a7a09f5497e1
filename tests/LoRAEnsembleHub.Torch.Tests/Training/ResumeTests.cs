using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.CommandLine;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Runs from base and data to a finished repository, stopped and taken up again within one process.</summary>
public sealed class ResumeTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private const int StepsInAll = 12; // 4 epochs of 8 images by 3

    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(OptimizerKind.Adam, 0.0, 1)]
    [InlineData(OptimizerKind.Adam, 0.1, 2)]
    [InlineData(OptimizerKind.AdamW, 0.1, 3)]
    public async Task Runs_stopped_at_random_updates_end_with_the_bytes_of_one_that_was_not(
        OptimizerKind optimizer,
        double weightDecay,
        int seed
    )
    {
        var config = Config(options => options with { Optimizer = optimizer, WeightDecay = weightDecay });
        var whole = await Finished(config);
        var random = new Random(seed);
        var stops = Enumerable.Range(0, 3).Select(_ => random.Next(1, StepsInAll + 1)).Order().ToArray();
        foreach (var stop in stops)
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
            if (run.Step < StepsInAll)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RunAsync(watch, null, source.Token));
                Assert.Equal(Math.Max(stop, watch.First), run.Step);
            }
        }

        FolderBytes.AssertEqual(whole, await Finished(config));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_output_that_one_run_trains_into_is_closed_to_others_until_it_ends(bool restart)
    {
        var config = Config(options => options with { Optimizer = OptimizerKind.AdamW });
        var checkpoint = Path.Combine(config.Output, ".checkpoint", "state.safetensors");
        using (var run = TrainingRun.Open(config))
        {
            var watch = new Watch(progress =>
            {
                if (File.Exists(checkpoint))
                {
                    var before = File.ReadAllBytes(checkpoint);
                    var refusal = Assert.Throws<TrainingException>(() => TrainingRun.Open(config, restart));
                    Assert.Contains(config.Output, refusal.Message, StringComparison.Ordinal);
                    Assert.Equal(before, File.ReadAllBytes(checkpoint));
                    throw new InvalidTimeZoneException("broken off");
                }
            });
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => run.RunAsync(watch, null, TestContext.Current.CancellationToken));
        }

        using (var run = TrainingRun.Open(config, restart))
        {
            Assert.Equal(restart, run.Step == 0);
            await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.False(Directory.Exists(Path.Combine(config.Output, ".checkpoint")));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(11)]
    public async Task A_run_that_broke_off_between_checkpoints_repeats_what_was_lost(int brokenAt)
    {
        var config = Config(options => options with { Optimizer = OptimizerKind.AdamW, WeightDecay = 0.1 });
        var whole = await Finished(config);
        using (var run = TrainingRun.Open(config))
        {
            var watch = new Watch(progress =>
            {
                if (progress.Step == brokenAt)
                {
                    throw new InvalidTimeZoneException("broken off");
                }
            });
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => run.RunAsync(watch, null, TestContext.Current.CancellationToken));
        }

        using (var run = TrainingRun.Open(config))
        {
            Assert.Equal((brokenAt - 1) / 5 * 5, run.Step);
        }

        FolderBytes.AssertEqual(whole, await Finished(config));
    }

    [Fact]
    public async Task A_run_goes_on_with_the_products_that_it_began_with()
    {
        var config = Config() with { Route = ProductRoute.Convolution };
        var whole = await Finished(config);
        using (var source = new CancellationTokenSource())
        using (var run = TrainingRun.Open(config))
        {
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RunAsync(cancellationToken: source.Token));
        }

        using (var run = TrainingRun.Open(config with { Route = ProductRoute.Automatic }))
        {
            Assert.Equal((1, ProductRoute.Convolution), (run.Step, run.Model.Route));
        }

        FolderBytes.AssertEqual(whole, await Finished(config));
    }

    [Fact]
    public async Task A_checkpoint_of_other_settings_is_refused_and_stays()
    {
        var config = Config();
        using (var source = new CancellationTokenSource())
        using (var run = TrainingRun.Open(config))
        {
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RunAsync(cancellationToken: source.Token));
        }

        RunConfig[] others =
        [
            Config(options => options with { LearningRate = 0.02 }),
            Config(options => options with { Seed = 7 }),
            Config(options => options with { Members = 3 }),
            Config(options => options with { Optimizer = OptimizerKind.AdamW }),
            Config(options => options with { Epochs = 5 }),
            Config(options => options with { BaseDtype = BaseDtype.Bf16 }),
            config with
            {
                Augmentation = new ImageAugmentation(),
            },
            config with
            {
                Normalization = PixelNormalization.Unit,
            },
            config with
            {
                Split = "test",
            },
        ];
        var checkpoint = Path.Combine(config.Output, ".checkpoint", "state.safetensors");
        var before = await File.ReadAllBytesAsync(checkpoint, TestContext.Current.CancellationToken);
        Assert.All(
            others,
            other =>
            {
                var refusal = Assert.Throws<TrainingException>(() => TrainingRun.Open(other));
                Assert.Contains(checkpoint, refusal.Message, StringComparison.Ordinal);
                Assert.Contains("other settings", refusal.Message, StringComparison.Ordinal);
                Assert.Contains("start anew", refusal.Message, StringComparison.Ordinal);
            }
        );
        Assert.Equal(before, await File.ReadAllBytesAsync(checkpoint, TestContext.Current.CancellationToken));
        using var same = TrainingRun.Open(config);
        Assert.Equal(1, same.Step);
    }

    [Fact]
    public async Task A_restart_killed_while_it_replaced_a_finished_ensemble_can_be_run_again()
    {
        var config = Config();
        var whole = await Finished(config);
        FolderCopy.Make(whole, config.Output);
        // what is left when a process is killed between removing the old manifest and writing the new one
        File.Delete(Path.Combine(config.Output, "lora_ensemble.json"));
        await File.WriteAllTextAsync(Path.Combine(config.Output, EnsembleWriter.UnfinishedMark), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(config.Output, ".README.md.abcdefgh.xyz"),
            "half of a",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            Path.Combine(config.Output, "member-00", ".adapter_model.safetensors.abcdefgh.xyz"),
            "half of a",
            TestContext.Current.CancellationToken
        );
        FolderBytes.AssertEqual(whole, await Finished(config));
    }

    private RunConfig Config(Func<TrainingOptions, TrainingOptions>? change = null)
    {
        var options = new TrainingOptions
        {
            Members = 2,
            Rank = 2,
            LearningRate = 0.01,
            WarmupSteps = 2,
            Epochs = 4,
            BatchSize = 3,
            CheckpointSteps = 5,
        };
        return new RunConfig
        {
            Base = tiny.Base,
            Data = tiny.Data,
            Output = Path.Combine(scratch.Path, "ensemble"),
            Augmentation = new ImageAugmentation
            {
                HorizontalFlip = true,
                MaximumRotationDegrees = 30,
                ShiftPixels = 2,
            },
            Training = change?.Invoke(options) ?? options,
        };
    }

    /// <summary>Runs to the end and moves the ensemble aside, because its files name their folder.</summary>
    private async Task<string> Finished(RunConfig config)
    {
        using (var run = TrainingRun.Open(config))
        {
            await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(StepsInAll, run.Step);
        }

        var aside = Path.Combine(scratch.Path, Path.GetRandomFileName());
        Directory.Move(config.Output, aside);
        return aside;
    }

    private sealed class Watch(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        /// <summary>The first update that was reported, or 0.</summary>
        public int First { get; private set; }

        public void Report(TrainingProgress value)
        {
            First = First == 0 ? value.Step : First;
            report(value);
        }
    }
}
