namespace LoRAEnsembleHub.Inputs;

/// <summary>The samples of one sound file, read from its start as far as wanted.</summary>
internal abstract class SampleReader
{
    public abstract SoundFacts Facts { get; }

    /// <summary>Reads on.</summary>
    /// <param name="samples">Room for whole moments: [moments, channels].</param>
    /// <returns>How many numbers were written, a multiple of the channels; 0 only at the end of the sound.</returns>
    /// <exception cref="AudioException">The file is damaged or ends too early.</exception>
    public abstract int Read(Span<float> samples);
}
