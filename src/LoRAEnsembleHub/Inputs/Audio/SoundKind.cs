namespace LoRAEnsembleHub.Inputs;

/// <summary>The kinds of sound file, told by how they begin.</summary>
internal static class SoundKind
{
    private const int Enough = 16;

    /// <summary>The reader for a file.</summary>
    /// <exception cref="AudioException">The file is empty, no sound, of a kind that cannot be read, or its header is damaged.</exception>
    public static SampleReader Open(AudioBytes bytes)
    {
        var start = bytes.Peek(Enough);
        if (start.IsEmpty)
        {
            throw bytes.Malformed("The file is empty; it must be a WAV, FLAC or OGG Vorbis sound.");
        }

        return start.StartsWith("RIFF"u8) || start.StartsWith("RF64"u8) || start.StartsWith("BW64"u8) ? WavReader.Open(bytes)
            : start.StartsWith("fLaC"u8) ? FlacReader.Open(bytes)
            : start.StartsWith("OggS"u8) ? VorbisReader.Open(bytes)
            : NameOf(start) is { } name ? throw bytes.Unsupported($"This is {name}")
            : throw bytes.Malformed(
                $"This is no WAV, FLAC or OGG Vorbis sound; it begins with {Convert.ToHexString(start)}. The file is of another kind, or damaged at its start."
            );
    }

    private static string? NameOf(ReadOnlySpan<byte> start) =>
        start.StartsWith("RIFX"u8) ? "a big-endian WAV (RIFX)"
        : start.StartsWith("riff"u8) ? "a Wave64 file"
        : start.StartsWith("FORM"u8) ? "an AIFF file"
        : start.StartsWith(".snd"u8) ? "a Sun audio file"
        : start.StartsWith("caff"u8) ? "a Core Audio file"
        : start.StartsWith("wvpk"u8) ? "a WavPack file"
        : start.StartsWith("MAC "u8) ? "a Monkey's Audio file"
        : start.StartsWith("#!AMR"u8) ? "an AMR file"
        : start.StartsWith("MThd"u8) ? "a MIDI file"
        : start.StartsWith("ID3"u8) ? "an MP3 file, or another with an ID3 tag before the sound"
        : start.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? "a Matroska or WebM file"
        : start.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75]) ? "a Windows Media file"
        : start.Length >= 8 && start[4..8].SequenceEqual("ftyp"u8) ? "an MP4 or M4A file"
        : start.Length < 2 || start[0] != 0xFF ? null
        : (start[1] & 0xF6) == 0xF0 ? "an AAC file"
        : (start[1] & 0xE0) == 0xE0 && (start[1] & 0x06) != 0 ? "an MP3 file"
        : null;
}
