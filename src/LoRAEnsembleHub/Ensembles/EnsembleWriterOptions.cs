using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>How an ensemble repository is written.</summary>
public sealed record EnsembleWriterOptions
{
    /// <summary>Spelling of the members' tensors.</summary>
    public PeftNaming Naming { get; init; } = PeftNaming.Both;

    /// <summary>
    /// The member, from 0, whose adapter also lies in the folder itself, for programs that look for one there; null for none. LoRA members
    /// alone.
    /// </summary>
    public int? RootAdapter { get; init; }

    /// <summary>The files that say how inputs are prepared, such as preprocessor_config.json: text by bare name.</summary>
    public IReadOnlyDictionary<string, string> InputFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a model card (README.md) is written.</summary>
    /// <remarks>One that lies in a folder without a manifest is its author's and stays as it is.</remarks>
    public bool Card { get; init; } = true;

    /// <summary>Licence for the card, by its identifier; null leaves it out.</summary>
    public string? License { get; init; }

    /// <summary>Name for the card; null takes the data set and the base.</summary>
    public string? Title { get; init; }

    /// <summary>The command line that trained the ensemble, for the card; null leaves it out.</summary>
    public string? TrainingCommand { get; init; }

    /// <summary>How the loss fell, written as training_log.json; null writes none, and takes away that of an earlier ensemble.</summary>
    public TrainingLog? Log { get; init; }

    /// <summary>Further paragraphs for the card, in Markdown.</summary>
    public string? Notes { get; init; }
}
