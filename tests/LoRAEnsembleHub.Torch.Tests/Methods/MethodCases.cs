using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.Training;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>Every system that can be trained, in a small form.</summary>
internal static class MethodCases
{
    private static readonly TrainingOptions small = new()
    {
        Members = 3,
        LearningRate = 5e-3,
        WarmupSteps = 0,
        Epochs = 6,
        BatchSize = 8,
        CheckpointSteps = 5,
    };

    private static readonly TrainingOptions lora = small with { Rank = 2, InitializationGain = 1 };

    private static readonly Dictionary<string, TrainingOptions> cases = new()
    {
        ["lora"] = lora,
        ["single lora"] = lora with { Method = TrainingMethod.SingleLora, Members = 1, Rank = 6 },
        ["shared A"] = lora with { Sharing = FactorSharing.A },
        ["shared B"] = lora with { Sharing = FactorSharing.B },
        ["feed-forward"] = lora with { Targets = [ProjectionKind.FeedForwardIn, ProjectionKind.FeedForwardOut] },
        ["member dropout"] = lora with { MemberDropout = 0.5 },
        ["heads"] = small with { Method = TrainingMethod.HeadOnly, LearningRate = 2e-2 },
        ["explicit"] = small with { Method = TrainingMethod.ExplicitEnsemble, Members = 2, LearningRate = 1e-3 },
        ["noisy"] = small with
        {
            Method = TrainingMethod.ExplicitEnsemble,
            Members = 2,
            LearningRate = 1e-3,
            NoiseScale = 0.1,
            NoiseLayers = 1,
        },
        ["single network"] = small with { Method = TrainingMethod.ExplicitEnsemble, Members = 1, LearningRate = 1e-3 },
        ["dropout"] = small with { Method = TrainingMethod.McDropout, LearningRate = 1e-3 },
        ["dropout as released"] = small with { Method = TrainingMethod.McDropout, LearningRate = 3e-3, AsReleased = true },
        ["snapshots"] = small with { Method = TrainingMethod.SnapshotEnsemble, LearningRate = 1e-3 },
        ["batch"] = small with { Method = TrainingMethod.BatchEnsemble, LearningRate = 2e-2 },
        ["batch of signs"] = small with
        {
            Method = TrainingMethod.BatchEnsemble,
            LearningRate = 2e-2,
            ScaleInitialization = ScaleInitialization.RandomSigns,
        },
        ["batch with shared weights"] = small with { Method = TrainingMethod.BatchEnsemble, LearningRate = 2e-3, TrainShared = true },
    };

    /// <summary>Every system on the golden ViT, and those with code of their own on the other families.</summary>
    public static TheoryData<string, string> OnEveryBase
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in cases.Keys)
            {
                data.Add(name, "vit-v4");
            }

            foreach (var golden in new[] { "ast-v4", "bert" })
            {
                foreach (
                    var name in new[]
                    {
                        "heads",
                        "explicit",
                        "dropout",
                        "dropout as released",
                        "snapshots",
                        "batch",
                        "batch with shared weights",
                    }
                )
                {
                    data.Add(name, golden);
                }
            }

            return data;
        }
    }

    /// <summary>The names of all systems.</summary>
    public static TheoryData<string> Names => [.. cases.Keys];

    public static TrainingOptions Options(string name) => cases[name];

    public static PretrainedModel Load(string golden) => PretrainedModels.Load(Golden.Folder("models", golden));

    public static LabeledExamples Examples(PretrainedModel model) =>
        model.Config.Modality == Modality.Image ? new GlyphExamples() : new FamilyExamples(model.Config);
}
