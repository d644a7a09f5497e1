namespace LoRAEnsembleHub.Inputs;

/// <summary>What happens to a sound whose sampling rate is not the wanted one.</summary>
public enum AudioRate
{
    /// <summary>It is resampled; <see cref="AudioDecoder"/> says with which filter, and <see cref="Waveform.IsResampled"/> that it happened.</summary>
    Resample,

    /// <summary>It is refused.</summary>
    Refuse,
}
