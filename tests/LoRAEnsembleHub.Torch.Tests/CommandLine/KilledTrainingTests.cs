using System.Diagnostics;
using System.Globalization;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Torch.Tests.Training;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Training processes killed without warning, at moments counted in changes to the files they write.</summary>
public sealed class KilledTrainingTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    private const int Seed = 20;

    [Fact]
    public async Task A_run_killed_again_and_again_ends_with_the_bytes_of_one_that_was_not()
    {
        var place = Path.Combine(tiny.Folder, "tiny", "killed");
        Directory.CreateDirectory(place);
        var output = Path.Combine(place, "ensemble");
        var whole = await Attempt(output, new KillSwitch(place, _ => true, int.MaxValue));
        Assert.True(whole.Ended, whole.Errors);
        var aside = Path.Combine(tiny.Folder, "whole");
        Directory.Move(output, aside);

        // the first kills hit loading, updates and checkpoints; the last ones the writing of the ensemble
        var random = new Random(Seed);
        var (kills, resumed) = (0, 0);
        for (var kill = 0; kill < 7 && !IsFinished(output); kill++)
        {
            var late = kill >= 5;
            using var killer = late
                ? new KillSwitch(place, path => !path.Contains(".checkpoint", StringComparison.Ordinal), 2 + random.Next(12))
                : new KillSwitch(place, _ => true, 1 + random.Next(whole.Changes / 8));
            var attempt = await Attempt(output, killer);
            Assert.True(attempt.Ended || attempt.Killed, attempt.Errors);
            kills += attempt.Ended ? 0 : 1;
            resumed = Math.Max(resumed, attempt.ResumedFrom);
            if (File.Exists(Checkpoint(output)))
            {
                using var complete = SafetensorsFile.Open(Checkpoint(output));
                Assert.NotEmpty(complete.Tensors);
            }
        }

        if (!IsFinished(output))
        {
            var last = await Attempt(output, new KillSwitch(place, _ => true, int.MaxValue));
            Assert.True(last.Ended, last.Errors);
            resumed = Math.Max(resumed, last.ResumedFrom);
        }

        Assert.True(kills >= 3, $"only {kills} attempts were killed before they ended");
        Assert.True(resumed > 0, "no attempt went on from a checkpoint");
        FolderBytes.AssertEqual(aside, output);
    }

    private static string Checkpoint(string output) => Path.Combine(output, ".checkpoint", "state.safetensors");

    private static bool IsFinished(string output) =>
        File.Exists(Path.Combine(output, "lora_ensemble.json")) && !File.Exists(Checkpoint(output));

    private async Task<TrainingAttempt> Attempt(string output, KillSwitch killer)
    {
        using var switchedOff = killer;
        var settings = Path.Combine(tiny.Folder, "every-update.json");
        await File.WriteAllTextAsync(settings, """{"training": {"checkpoint_steps": 1}}""", TestContext.Current.CancellationToken);
        string[] options = ["--steps", "25", "--learning-rate", "0.01", "--augment", "flip,rotate:20,shift:2", "--optimizer", "adamw"];
        using var process = Tool.Start(new ToolPlace(), [.. tiny.Training, "--output", output, "--config", settings, .. options]);
        killer.Arm(process);
        var text = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await text;
        const string words = "going on after update ";
        var at = errors.IndexOf(words, StringComparison.Ordinal);
        var number = at < 0 ? "0" : errors[(at + words.Length)..].Split('.', ' ', '\n')[0];
        return new TrainingAttempt(
            process.ExitCode == 0,
            killer.WasThrown,
            killer.Changes,
            int.Parse(number, CultureInfo.InvariantCulture),
            errors
        );
    }

    private sealed record TrainingAttempt(bool Ended, bool Killed, int Changes, int ResumedFrom, string Errors);

    /// <summary>Kills a process as soon as enough files below a folder were made, written or renamed.</summary>
    private sealed class KillSwitch : IDisposable
    {
        private readonly FileSystemWatcher watcher;
        private readonly Func<string, bool> counts;
        private readonly int limit;
        private readonly Lock gate = new();
        private Process? process;

        public KillSwitch(string folder, Func<string, bool> counts, int limit)
        {
            (this.counts, this.limit) = (counts, limit);
            watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite,
            };
            watcher.Created += Count;
            watcher.Changed += Count;
            watcher.Renamed += Count;
            watcher.Deleted += Count;
        }

        public int Changes { get; private set; }

        public bool WasThrown { get; private set; }

        public void Arm(Process victim)
        {
            process = victim;
            watcher.EnableRaisingEvents = true;
        }

        public void Dispose()
        {
            watcher.Dispose();
            lock (gate)
            {
                process = null;
            }
        }

        private void Count(object sender, FileSystemEventArgs change)
        {
            lock (gate)
            {
                if (process is null || !counts(change.FullPath))
                {
                    return;
                }

                Changes++;
                if (Changes >= limit && !WasThrown)
                {
                    WasThrown = true;
                    process.Kill();
                }
            }
        }
    }
}
