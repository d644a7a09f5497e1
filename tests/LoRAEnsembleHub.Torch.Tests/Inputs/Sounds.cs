using System.Buffers.Binary;
using System.Text;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>Sounds, and WAV files written by hand, for tests.</summary>
internal static class Sounds
{
    public const int Integer = 1;
    public const int Float = 3;

    public static string Folder { get; } = Golden.PathOf("inputs", "audio");

    public static float[] Sine(double hz, int rate, int count, double amplitude = 0.5) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(amplitude * Math.Sin(2 * Math.PI * hz * i / rate)))];

    public static float[] Noise(int count, int seed = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }

    /// <summary>A WAV file of chunks in the given order, its length rightly given.</summary>
    public static byte[] Riff(params (string Id, byte[] Content)[] chunks)
    {
        byte[] body = [.. "WAVE"u8, .. chunks.SelectMany(chunk => Chunk(chunk.Id, chunk.Content))];
        return [.. "RIFF"u8, .. Four(body.Length), .. body];
    }

    public static byte[] Chunk(string id, byte[] content) =>
        [.. Encoding.ASCII.GetBytes(id), .. Four(content.Length), .. content, .. new byte[content.Length % 2]];

    public static byte[] Format(int codec = Integer, int channels = 1, long rate = 16_000, int bits = 16, int? stride = null) =>
        [
            .. Two(codec),
            .. Two(channels),
            .. Four(rate),
            .. Four(rate * channels * bits / 8),
            .. Two(stride ?? channels * bits / 8),
            .. Two(bits),
        ];

    /// <summary>A file of 16-bit samples.</summary>
    public static byte[] Wav(ReadOnlySpan<short> samples, int channels = 1, int rate = 16_000)
    {
        var data = new byte[2 * samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(data.AsSpan(2 * i), samples[i]);
        }

        return Riff(("fmt ", Format(channels: channels, rate: rate)), ("data", data));
    }

    /// <summary>A file of 32-bit floating-point samples.</summary>
    public static byte[] Wav(ReadOnlySpan<float> samples, int channels = 1, int rate = 16_000)
    {
        var data = new byte[4 * samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * i), samples[i]);
        }

        return Riff(("fmt ", Format(Float, channels, rate, 32)), ("data", data));
    }

    public static Waveform Decode(byte[] file, AudioDecoderOptions? options = null) =>
        AudioDecoder.Decode(new MemoryStream(file), "a sound", options, TestContext.Current.CancellationToken);

    public static float[] Samples(byte[] file) => Decode(file).Samples.ToArray();

    public static AudioException Refused(byte[] file, string message, bool isMalformed = true)
    {
        var refused = Assert.Throws<AudioException>(() => Decode(file));
        Assert.StartsWith("a sound: ", refused.Message);
        Assert.Contains(message, refused.Message);
        Assert.Equal(("a sound", isMalformed), (refused.File, refused.IsMalformed));
        return refused;
    }

    public static byte[] Two(int value) => [(byte)value, (byte)(value >> 8)];

    public static byte[] Four(long value) => [.. Two((int)(value & 0xFFFF)), .. Two((int)((value >> 16) & 0xFFFF))];
}
