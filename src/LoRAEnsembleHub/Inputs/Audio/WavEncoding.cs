namespace LoRAEnsembleHub.Inputs;

/// <summary>How one sample of a WAV file is stored; all little-endian.</summary>
internal enum WavEncoding
{
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
}
