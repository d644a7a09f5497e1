using System.Buffers.Binary;
using LoRAEnsembleHub.Inputs;
using static LoRAEnsembleHub.Torch.Tests.Inputs.Sounds;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>FLAC and OGG Vorbis; tests/golden/inputs/audio/README.md says how the data was made.</summary>
public class CompressedSoundTests
{
    private static readonly string Compressed = Path.Combine(Folder, "compressed");

    public static TheoryData<string> Flacs => [.. Names("*.flac")];

    public static TheoryData<string> Oggs => [.. Names("*.ogg")];

    [Theory, MemberData(nameof(Flacs))]
    public void Flac_gives_back_the_samples_of_the_wav(string file)
    {
        var (expected, sound) = (Read(Original(file)), Read(Path.Combine(Compressed, file)));
        Assert.Equal((expected.StoredChannels, expected.SampleRateHz), (sound.StoredChannels, sound.SampleRateHz));
        Assert.True(expected.Samples.Span.SequenceEqual(sound.Samples.Span), "the samples are not equal bit for bit");
        Assert.StartsWith("FLAC, ", sound.Format);
        Assert.True(sound.IsWhole);
    }

    [Theory, MemberData(nameof(Oggs))]
    public void Vorbis_gives_the_samples_that_libvorbis_gives(string file)
    {
        var (expected, sound) = (Read(Path.Combine(Compressed, file + ".wav")), Read(Path.Combine(Compressed, file)));
        Assert.Equal((expected.StoredChannels, expected.SampleRateHz), (sound.StoredChannels, sound.SampleRateHz));
        Assert.Equal(("OGG Vorbis", true, expected.Samples.Length), (sound.Format, sound.IsWhole, sound.Samples.Length));
        for (var i = 0; i < expected.Samples.Length; i++)
        {
            Assert.Equal(expected.Samples.Span[i], sound.Samples.Span[i], 2e-6f);
        }
    }

    [Theory, MemberData(nameof(Flacs)), MemberData(nameof(Oggs))]
    public void A_pipe_gives_the_same_and_a_part_is_the_start_of_the_whole(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Compressed, file));
        var whole = Samples(bytes);
        var piped = AudioDecoder.Decode(new Pipe(bytes), file, null, TestContext.Current.CancellationToken);
        Assert.True(piped.Samples.Span.SequenceEqual(whole));
        var part = Decode(bytes, new AudioDecoderOptions { MaxSamples = 300 });
        Assert.True(part.Samples.Span.SequenceEqual(whole.AsSpan(0, 300)));
        Assert.False(part.IsWhole);
    }

    [Theory, MemberData(nameof(Flacs)), MemberData(nameof(Oggs))]
    public void A_file_that_is_cut_short_is_refused(string file)
    {
        var whole = File.ReadAllBytes(Path.Combine(Compressed, file));
        foreach (var length in new[] { 5, 30, whole.Length / 2, whole.Length - 1 })
        {
            Refused(whole[..length], "cut off");
        }
    }

    [Theory, MemberData(nameof(Flacs)), MemberData(nameof(Oggs))]
    public void A_changed_bit_is_found_wherever_it_is(string file)
    {
        var whole = File.ReadAllBytes(Path.Combine(Compressed, file));
        var random = new Random(3);
        // What stands in the metadata of FLAC besides the stream information has no checksum.
        var start = file.EndsWith("flac", StringComparison.Ordinal) ? whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xF8]) : 0;
        for (var trial = 0; trial < 60; trial++)
        {
            var changed = whole.ToArray();
            changed[random.Next(start, whole.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<AudioException>(() => Decode(changed));
        }
    }

    [Fact]
    public void A_wrong_md5_in_a_flac_header_is_found()
    {
        var changed = File.ReadAllBytes(Path.Combine(Compressed, "sweep.flac"));
        changed[30] ^= 1;
        Refused(changed, "MD5");
    }

    [Fact]
    public void A_flac_header_with_too_few_or_too_many_samples_is_found()
    {
        var whole = File.ReadAllBytes(Path.Combine(Compressed, "sweep.flac"));
        var (few, many) = (whole.ToArray(), whole.ToArray());
        BinaryPrimitives.WriteUInt32BigEndian(few.AsSpan(22), 15_999);
        BinaryPrimitives.WriteUInt32BigEndian(many.AsSpan(22), 16_001);
        Refused(few, "more samples than the 15999");
        Refused(many, "promises 16001");
    }

    [Fact]
    public void A_missing_frame_or_page_is_found()
    {
        var flac = File.ReadAllBytes(Path.Combine(Compressed, "fixed-orders.flac"));
        var (second, third) = (Frame(flac, 1), Frame(flac, 2));
        Refused([.. flac[..second], .. flac[third..]], "frames are missing");
        var ogg = File.ReadAllBytes(Path.Combine(Compressed, "long.ogg"));
        var pages = Pages(ogg);
        Refused([.. ogg[..pages[1]], .. ogg[pages[2]..]], "pages are missing");
    }

    [Fact]
    public void Streams_one_after_another_in_ogg_are_refused()
    {
        var ogg = File.ReadAllBytes(Path.Combine(Compressed, "exactly-400.ogg"));
        Refused([.. ogg, .. ogg], "several streams", isMalformed: false);
    }

    [Theory]
    [InlineData("OpusHead", "Opus")]
    [InlineData("\u007FFLAC", "FLAC")]
    [InlineData("Speex   ", "Speex")]
    [InlineData("something", "not coded as Vorbis")]
    public void Another_coding_in_ogg_is_named(string start, string name) =>
        Refused(OggPages.Write(System.Text.Encoding.Latin1.GetBytes(start)), name, isMalformed: false);

    [Fact]
    public void Codebooks_of_vorbis_that_claim_gigabytes_are_refused_before_they_cost_memory()
    {
        byte[] identification = [.. "\u0001vorbis"u8, .. Four(0), 1, .. Four(16_000), .. new byte[12], 0xB8, 1];
        byte[] comment = [.. "\u0003vorbis"u8, .. Four(0), .. Four(uint.MaxValue), 1];
        // One book of 2^24 − 1 entries of 65,535 values, its lengths given in order: a few bits for all of them.
        byte[] setup = [.. "\u0005vorbis"u8, 0, 0x42, 0x43, 0x56, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0b11101111, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(OggPages.Write(identification, comment, setup), "codebooks");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void The_last_position_of_a_vorbis_stream_decides_its_length_even_if_it_is_far_too_small()
    {
        var ogg = File.ReadAllBytes(Path.Combine(Compressed, "sweep.ogg"));
        var last = Pages(ogg)[^1];
        BinaryPrimitives.WriteInt64LittleEndian(ogg.AsSpan(last + 6), 100);
        OggPages.Seal(ogg.AsSpan(last));
        Assert.InRange(Samples(ogg).Length, 100, 15_999);
    }

    private static IEnumerable<string> Names(string pattern) =>
        Directory.GetFiles(Compressed, pattern).Select(f => Path.GetFileName(f)!).Order();

    private static Waveform Read(string path) => AudioDecoder.Read(path, null, TestContext.Current.CancellationToken);

    private static string Original(string flac)
    {
        var name = flac switch
        {
            "fixed.flac" => "clicks.wav",
            "long-lpc.flac" or "tagged.flac" or "no-total.flac" => "sweep.wav",
            "fixed-orders.flac" => "long.wav",
            _ => Path.ChangeExtension(flac, "wav"),
        };
        var beside = Path.Combine(Compressed, name);
        return File.Exists(beside) ? beside : Path.Combine(Folder, name);
    }

    private static List<int> Pages(byte[] ogg)
    {
        var pages = new List<int>();
        for (var at = 0; at < ogg.Length; at += 27 + ogg[at + 26] + ogg.AsSpan(at + 27, ogg[at + 26]).ToArray().Sum(size => size))
        {
            pages.Add(at);
        }

        return pages;
    }

    // The header of a frame of this file is FF F8, then 15 for 192 samples at 16 kHz, 08 for one channel of 16 bits, and the number.
    private static int Frame(byte[] flac, byte number) => flac.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xF8, 0x15, 0x08, number]);
}
