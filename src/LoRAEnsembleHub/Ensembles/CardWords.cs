using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>What a model card says differently for each kind of input.</summary>
/// <param name="Task">The hub's name of the task.</param>
/// <param name="PythonClass">transformers' class that loads a base for it.</param>
/// <param name="Example">An input as one would write it on the command line.</param>
internal sealed record CardWords(string Task, string PythonClass, string Example)
{
    private static readonly Dictionary<Modality, CardWords> words = new()
    {
        [Modality.Image] = new("image-classification", "AutoModelForImageClassification", "picture.png"),
        [Modality.Audio] = new("audio-classification", "AutoModelForAudioClassification", "sound.wav"),
        [Modality.Text] = new("text-classification", "AutoModelForSequenceClassification", "\"A text.\""),
    };

    /// <summary>Whether adapters for the base may stand under two spellings.</summary>
    public bool TwoSpellings { get; private init; } = true;

    /// <summary>The words for a base.</summary>
    /// <param name="modelType">As in its config.json; those of images where it is not known.</param>
    public static CardWords For(string? modelType) =>
        PretrainedModels.FamilyOf(modelType) is { } family
            ? words[family.Modality] with
            {
                TwoSpellings = family.HasTwoSpellings,
            }
            : words[Modality.Image];
}
