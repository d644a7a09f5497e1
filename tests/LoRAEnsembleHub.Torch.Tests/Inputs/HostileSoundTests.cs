using System.Diagnostics;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>Files with changed bytes either decode or are refused in the documented way, quickly and within the memory of what is there.</summary>
public class HostileSoundTests
{
    private const int HeaderBytes = 400;

    public static TheoryData<string> Files =>
        [
            "exactly-400.wav",
            "extensible-s24.wav",
            "f64.wav",
            "compressed/sweep.flac",
            "compressed/stereo.flac",
            "compressed/right-32.flac",
            "compressed/silence.flac",
            "compressed/sweep.ogg",
            "compressed/related.ogg",
        ];

    [Theory, MemberData(nameof(Files))]
    public void Changed_bytes_never_lead_astray(string file)
    {
        var whole = File.ReadAllBytes(Path.Combine(Sounds.Folder, file));
        var random = new Random(11);
        var clock = Stopwatch.StartNew();
        for (var trial = 0; trial < 400; trial++)
        {
            var changed = whole.ToArray();
            for (var times = random.Next(1, 6); times > 0; times--)
            {
                // Headers, where the claims are made, get most of the changes.
                var place = random.Next(random.Next(4) == 0 ? changed.Length : Math.Min(HeaderBytes, changed.Length));
                changed[place] = random.Next(3) switch
                {
                    0 => (byte)random.Next(256),
                    1 => 0xFF,
                    _ => (byte)(changed[place] ^ (1 << random.Next(8))),
                };
            }

            if (file.EndsWith("ogg", StringComparison.Ordinal))
            {
                Reseal(changed);
            }

            Try(random.Next(4) == 0 ? changed[..random.Next(changed.Length)] : changed, file, trial);
        }

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
    }

    private static void Try(byte[] file, string name, int trial)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var options = new AudioDecoderOptions { MaxSamples = 50_000 };
            var sound = AudioDecoder.Decode(new MemoryStream(file), name, options, TestContext.Current.CancellationToken);
            Assert.InRange(sound.Samples.Length, 1, 50_000);
            foreach (var sample in sound.Samples.Span)
            {
                Assert.True(float.IsFinite(sample));
            }
        }
        catch (AudioException refused)
        {
            Assert.StartsWith(name, refused.Message);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 200_000_000, $"{name}, trial {trial}: {allocated} bytes were allocated");
    }

    // With right checksums the damage reaches the decoder behind.
    private static void Reseal(byte[] ogg)
    {
        for (var at = 0; at + 27 < ogg.Length; )
        {
            var pieces = ogg.AsSpan(at + 27, Math.Min(ogg[at + 26], ogg.Length - at - 27)).ToArray();
            var size = 27 + ogg[at + 26] + pieces.Sum(piece => piece);
            if (at + size > ogg.Length)
            {
                return;
            }

            OggPages.Seal(ogg.AsSpan(at, size));
            at += size;
        }
    }
}
