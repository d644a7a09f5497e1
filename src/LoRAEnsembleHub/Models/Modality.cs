namespace LoRAEnsembleHub.Models;

/// <summary>What a model takes.</summary>
public enum Modality
{
    /// <summary>Pictures.</summary>
    Image,

    /// <summary>Sounds, as spectrograms.</summary>
    Audio,

    /// <summary>Texts, as token ids.</summary>
    Text,
}
