using System.Text.Json;
using LoRAEnsembleHub.Inputs;
using static LoRAEnsembleHub.Torch.Tests.Inputs.Sounds;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class WavTests
{
    private static readonly byte[] Ramp = Wav((short[])[0, 16384, -32768, 32767]);

    public static TheoryData<string> Readable => [.. Expectations().Where(e => e.Expect != "refuse" || e.Samples > 0).Select(e => e.File)];

    public static TheoryData<string> Unreadable => [.. Expectations().Where(e => e.Samples == 0).Select(e => e.File)];

    /// <summary>Against libsndfile; tests/golden/inputs/audio/README.md says how the data was made.</summary>
    [Theory, MemberData(nameof(Readable))]
    public void A_file_decodes_to_the_samples_that_libsndfile_gives(string file)
    {
        var expected = Expectations().Single(e => e.File == file);
        var sound = AudioDecoder.Read(Path.Combine(Folder, file), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            (expected.Rate, expected.Channels, expected.Samples),
            (sound.SampleRateHz, sound.StoredChannels, sound.Samples.Length)
        );
        Assert.True(sound.IsWhole);
        Assert.False(sound.IsResampled);
        Assert.Equal(expected.Channels > 1, sound.IsMixed);
        Assert.StartsWith("WAV, ", sound.Format);
        var decoded = GoldenTensors.Load(Path.Combine(Folder, "decoded.safetensors"));
        if (decoded.Has(Path.GetFileNameWithoutExtension(file)))
        {
            var wanted = decoded.Floats(Path.GetFileNameWithoutExtension(file));
            Assert.True(wanted.SequenceEqual(sound.Samples.Span[..wanted.Length]), "the samples are not equal bit for bit");
        }
    }

    [Theory, MemberData(nameof(Unreadable))]
    public void A_damaged_file_is_refused_with_its_name(string file)
    {
        var path = Path.Combine(Folder, file);
        var refused = Assert.Throws<AudioException>(() => AudioDecoder.Read(path, null, TestContext.Current.CancellationToken));
        Assert.Equal((path, true), (refused.File, refused.IsMalformed));
    }

    [Fact]
    public void Every_decodable_golden_file_has_its_first_samples_compared() =>
        Assert.Equal(
            Expectations().Where(e => e.Expect == "features").Select(e => Path.GetFileNameWithoutExtension(e.File)).Order(),
            GoldenTensors.Load(Path.Combine(Folder, "decoded.safetensors")).Names.Order()
        );

    [Fact]
    public void Integers_are_divided_by_a_power_of_two_so_full_scale_is_minus_one()
    {
        Assert.Equal([0f, 0.5f, -1f, 32767 / 32768f], Samples(Ramp));
        Assert.Equal([-1f, 0f, 127 / 128f], Samples(Riff(("fmt ", Format(bits: 8)), ("data", [0, 128, 255]))));
        Assert.Equal([-1f, 0.5f], Samples(Riff(("fmt ", Format(bits: 24)), ("data", [0, 0, 0x80, 0, 0, 0x40]))));
        Assert.Equal([-1f, 0.25f], Samples(Riff(("fmt ", Format(bits: 32)), ("data", [0, 0, 0, 0x80, 0, 0, 0, 0x20]))));
    }

    [Fact]
    public void Floating_point_samples_beyond_full_scale_stay_as_they_are() =>
        Assert.Equal([1.5f, -3f], Samples(Wav((float[])[1.5f, -3f])));

    [Fact]
    public void Several_channels_become_their_mean()
    {
        var sound = Decode(Wav((float[])[1, 0, 0, 0.5f, 0.5f, 0.5f, -1, 1, 0], channels: 3));
        Assert.Equal([1 / 3f, 0.5f, 0f], sound.Samples.ToArray());
        Assert.True(sound.IsMixed);
        Assert.Equal([float.MaxValue], Samples(Wav((float[])[float.MaxValue, float.MaxValue], channels: 2)));
    }

    [Fact]
    public void Chunks_of_odd_length_and_unknown_names_are_passed_over()
    {
        var file = Riff(("bext", [1, 2, 3]), ("fmt ", [.. Format(), 0, 0, 7]), ("LIST", [9]), ("data", [0, 64]), ("id3 ", [5, 5, 5]));
        Assert.Equal([0.5f], Samples(file));
    }

    [Fact]
    public void Bytes_at_the_end_that_make_no_whole_moment_do_not_count() =>
        Assert.Equal([0.5f], Samples(Riff(("fmt ", Format()), ("data", [0, 64, 1]))));

    [Theory]
    [InlineData("RF64")]
    [InlineData("BW64")]
    public void A_file_with_64_bit_lengths_is_read(string id)
    {
        byte[] lengths = [.. Four(100), .. Four(0), .. Four(4), .. Four(0), .. Four(2), .. Four(0), .. Four(0)];
        byte[] Large(long low, long high) =>
            [
                .. System.Text.Encoding.ASCII.GetBytes(id),
                .. Four(uint.MaxValue),
                .. "WAVE"u8,
                .. Chunk("ds64", [.. lengths.AsSpan(0, 8), .. Four(low), .. Four(high), .. lengths.AsSpan(16)]),
                .. Chunk("fmt ", Format()),
                .. "data"u8,
                .. Four(uint.MaxValue),
                0,
                64,
                0,
                32,
                9,
                9,
            ];
        Assert.Equal([0.5f, 0.25f], Samples(Large(4, 0)));
        Refused(Large(0, 1), "cut off");
        Refused(Large(0, uint.MaxValue), "more than a file can have");
    }

    [Theory]
    [InlineData(0xFFFFFFFF)]
    [InlineData(0x7FFFF000)]
    public void A_length_that_the_writer_could_not_know_means_up_to_the_end(long length)
    {
        byte[] file = [.. Riff(("fmt ", Format())), .. "data"u8, .. Four(length), 0, 64, 0, 32, 1];
        Assert.Equal([0.5f, 0.25f], Samples(file));
        var piped = AudioDecoder.Decode(new Pipe(file), "pipe", null, TestContext.Current.CancellationToken);
        Assert.Equal([0.5f, 0.25f], piped.Samples.ToArray());
    }

    [Fact]
    public void A_pipe_gives_the_same_samples_as_a_file()
    {
        foreach (var file in new[] { "extensible-s24.wav", "stereo.wav", "u8.wav" })
        {
            var whole = File.ReadAllBytes(Path.Combine(Folder, file));
            var piped = AudioDecoder.Decode(new Pipe(whole), file, null, TestContext.Current.CancellationToken);
            Assert.Equal(Samples(whole), piped.Samples.ToArray());
            Assert.True(piped.IsWhole);
        }
    }

    [Fact]
    public void A_stream_is_read_from_where_it_stands_and_left_open()
    {
        using var stream = new MemoryStream([1, 2, 3, .. Ramp]) { Position = 3 };
        Assert.Equal(4, AudioDecoder.Decode(stream, "later", null, TestContext.Current.CancellationToken).Samples.Length);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public void Only_the_wanted_samples_are_taken_from_an_endless_pipe()
    {
        byte[] header = [.. Riff(("fmt ", Format())), .. "data"u8, .. Four(uint.MaxValue)];
        var pipe = new Pipe(header, endlessly: 0x40, portion: 64);
        var sound = AudioDecoder.Decode(
            pipe,
            "endless",
            new AudioDecoderOptions { MaxSamples = 100_000 },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(100_000, sound.Samples.Length);
        Assert.False(sound.IsWhole);
        Assert.InRange(pipe.Taken, 200_000, 300_000);
    }

    [Fact]
    public void A_limit_of_exactly_the_length_is_the_whole_sound()
    {
        Assert.True(Decode(Ramp, new AudioDecoderOptions { MaxSamples = 4 }).IsWhole);
        var cut = Decode(Ramp, new AudioDecoderOptions { MaxSamples = 3 });
        Assert.Equal((3, false), (cut.Samples.Length, cut.IsWhole));
    }

    [Fact]
    public void A_header_that_promises_gigabytes_costs_no_memory()
    {
        byte[] file = [.. Riff(("fmt ", Format(channels: 2, bits: 32))), .. "data"u8, .. Four(0xFFFFFFF0), 1, 2, 3];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(file, "cut off");
        Assert.Throws<AudioException>(() => AudioDecoder.Decode(new Pipe(file), "pipe", null, TestContext.Current.CancellationToken));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void What_is_no_sound_is_refused()
    {
        Refused([], "empty");
        Refused("This is a text and no sound at all."u8.ToArray(), "begins with");
        Refused(new byte[100], "begins with");
        Refused("RIFF"u8.ToArray(), "cut off in the header");
        Refused(Riff(), "before its fmt chunk");
        Refused(Riff(("fmt ", Format())), "before its data chunk");
        Refused(Riff(("data", [0, 0])), "before any fmt chunk");
        Refused(Riff(("fmt ", Format()), ("data", [])), "no samples");
        Refused(Riff(("fmt ", Format()), ("data", [1])), "no samples");
        Refused(Riff(("fmt ", Format()[..14])), "14 bytes");
        Refused(Ramp[..^1], "promises 8 bytes and 7 are left");
        Refused([.. Riff(("fmt ", Format())), .. "dat"u8], "cut off in the header of a chunk");
        Refused([.. Riff(("fmt ", Format())), .. "LIST"u8, .. Four(90), 0], "cut off in the chunk \"LIST\"");
    }

    [Fact]
    public void Impossible_headers_are_refused()
    {
        Refused(Riff(("fmt ", Format(rate: 0))), "0 Hz");
        Refused(Riff(("fmt ", Format(rate: 4_000_000_000))), "4000000000 Hz");
        Refused(Riff(("fmt ", Format(channels: 0))), "0 channels");
        Refused(Riff(("fmt ", Format(channels: 65_535, bits: 8))), "65535 channels");
        Refused(Riff(("fmt ", Format(stride: 3))), "need 2");
        Refused(Riff(("fmt ", Format(codec: 0xFFFE))), "extensible");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Samples_that_are_not_finite_are_refused_with_their_place(float bad)
    {
        Refused(Wav((float[])[0, 0, bad]), $"Sample 2 of channel 0 is {bad}");
        Refused(Wav((float[])[0, 0, 0, bad], channels: 2), $"Sample 1 of channel 1 is {bad}");
        byte[] huge = BitConverter.GetBytes(1e300);
        Refused(Riff(("fmt ", Format(Float, bits: 64)), ("data", huge)), "Infinity");
    }

    [Theory]
    [InlineData(2, 4, "Microsoft ADPCM")]
    [InlineData(6, 8, "A-law")]
    [InlineData(7, 8, "mu-law")]
    [InlineData(0x55, 0, "MP3")]
    [InlineData(0x1234, 16, "0x1234")]
    [InlineData(1, 12, "12-bit integers")]
    [InlineData(3, 16, "16-bit floating-point")]
    public void A_coding_that_is_not_supported_is_named(int codec, int bits, string name) =>
        Refused(Riff(("fmt ", Format(codec, bits: bits))), name, isMalformed: false);

    [Theory]
    [InlineData("ID3\u0003", "MP3")]
    [InlineData("RIFX", "big-endian")]
    [InlineData("FORM....AIFF", "AIFF")]
    [InlineData("....ftypM4A ", "M4A")]
    [InlineData("wvpk", "WavPack")]
    [InlineData("RIFF....AVI ", "AVI")]
    public void Another_kind_of_file_is_named_with_what_to_do(string start, string name)
    {
        byte[] file = [.. System.Text.Encoding.Latin1.GetBytes(start), .. new byte[40]];
        Assert.Contains("convert it to WAV", Refused(file, name, isMalformed: false).Message);
    }

    [Fact]
    public void A_bare_mp3_or_aac_frame_is_named()
    {
        Refused([0xFF, 0xFB, 0x90, 0x64, .. new byte[20]], "MP3", isMalformed: false);
        Refused([0xFF, 0xF1, 0x50, 0x80, .. new byte[20]], "AAC", isMalformed: false);
    }

    [Fact]
    public void A_path_that_is_no_file_is_refused()
    {
        var token = TestContext.Current.CancellationToken;
        Assert.Contains("folder", Assert.Throws<AudioException>(() => AudioDecoder.Read(Folder, null, token)).Message);
        var missing = Path.Combine(Folder, "missing.wav");
        Assert.Contains("no such file", Assert.Throws<AudioException>(() => AudioDecoder.Read(missing, null, token)).Message);
    }

    [Fact]
    public void A_cancelled_token_stops_the_reading() =>
        Assert.Throws<OperationCanceledException>(() =>
            AudioDecoder.Decode(new MemoryStream(Ramp), "a sound", null, new CancellationToken(canceled: true))
        );

    private static IEnumerable<(string File, string Expect, int Rate, int Channels, int Samples)> Expectations()
    {
        using var all = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        foreach (var file in all.RootElement.EnumerateObject())
        {
            int Number(string field) => file.Value.TryGetProperty(field, out var value) ? value.GetInt32() : 0;
            // cut-off.wav and its like are listed without facts.
            yield return (
                file.Name,
                file.Value.GetProperty("expect").GetString()!,
                Number("sampling_rate"),
                Number("channels"),
                Number("samples")
            );
        }
    }
}
