using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Benchmarks.Subjects;

/// <summary>An ensemble of freshly drawn members of rank 8 on disk; its size and cost are those of a trained one.</summary>
internal static class RandomMembers
{
    /// <summary>Writes the ensemble into a folder, unless it is there.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="baseFolder">The base.</param>
    /// <param name="members">How many.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task WriteAsync(string folder, string baseFolder, int members, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(folder, EnsembleManifest.FileName)))
        {
            return;
        }

        using var model = PretrainedModels.Load(baseFolder);
        var examples = new TenClasses();
        using var trainer = new Trainer(model, new TrainingOptions { Members = members }, examples);
        using var set = trainer.ToAdapterSet("members");
        var facts = new EnsembleManifest
        {
            Id2Label = examples.ClassNames.Index().ToDictionary(pair => $"{pair.Index}", pair => pair.Item),
            ProblemType = "single_label_classification",
        };
        var options = new EnsembleWriterOptions { Card = false };
        await EnsembleWriter.WriteAsync(folder, set, model, facts, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Names ten classes; nothing is learned from it.</summary>
    private sealed class TenClasses : LabeledExamples
    {
        public override string Name => "ten classes";

        public override int Count => 1;

        public override IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, 10).Select(index => $"class {index}")];

        public override int Label(int index) => 0;

        public override string Source(int index) => $"{Name}#{index}";

        public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch) =>
            throw new NotSupportedException("These examples only name classes.");
    }
}
