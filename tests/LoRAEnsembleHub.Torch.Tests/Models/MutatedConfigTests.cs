using System.Text;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Torch.Tests.Models;

/// <summary>Configs of models, adapters and ensembles that were damaged at random are read as they stand or refused, and cost no memory.</summary>
public sealed class MutatedConfigTests : IDisposable
{
    private const int Rounds = 10_000;
    private const long MostBytes = 16 << 20; // of managed memory a round; a healthy one takes some hundred thousand

    private static readonly string[] values =
    [
        "0",
        "-1",
        "1",
        "2147483647",
        "9223372036854775807",
        "1e308",
        "-1e308",
        "0.5",
        "null",
        "true",
        "\"\"",
        "\"(a+)+$\"",
        "[]",
        "{}",
        "[2147483647, 2147483647]",
        "{\"0\": null}",
        "[[[[[[[[]]]]]]]]",
    ];

    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Ten_thousand_damaged_configs_are_read_or_refused()
    {
        var random = new Random(20241124);
        var places = Places();
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var (file, original, read) = places[round % places.Count];
            var text = Damaged(original, random);
            File.WriteAllBytes(file, text);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read();
            }
            catch (Exception e)
                when (e is ModelException or WeightsException or AdapterException or SafetensorsException or FileNotFoundException)
            {
                refused++;
                Assert.NotEmpty(e.Message);
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}, {file}: {e}\n{Encoding.UTF8.GetString(text)}");
            }

            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(bytes < MostBytes, $"round {round}, {file} took {bytes} bytes:\n{Encoding.UTF8.GetString(text)}");
        }

        Assert.InRange(refused, Rounds / 4, Rounds - (Rounds / 100)); // some changes do no harm
    }

    /// <summary>A file to damage in a folder of its own, and what reads it.</summary>
    private List<(string File, byte[] Original, Action Read)> Places()
    {
        var places = new List<(string, byte[], Action)>();
        foreach (var name in new[] { "vit-v4", "ast-v4", "bert", "deit-teacher", "timm-vit", "vit-nonsquare" })
        {
            Add(Golden.Folder("models", name), ["model.safetensors"], "config.json", folder => ModelSurvey.Read(folder));
        }

        foreach (var name in new[] { "vit-r4", "vit-regex", "vit-patterns", "bert-r4" })
        {
            var member = Directory
                .EnumerateFiles(Golden.Folder("peft", name), "adapter_config.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .First();
            Add(Path.GetDirectoryName(member)!, ["adapter_model.safetensors"], "adapter_config.json", folder => AdapterSurvey.Read(folder));
        }

        var ensembles = Directory
            .EnumerateFiles(Path.Combine(Golden.Repository, "adapters"), EnsembleManifest.FileName, SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Take(2);
        foreach (var manifest in ensembles)
        {
            Add(Path.GetDirectoryName(manifest)!, [], EnsembleManifest.FileName, folder => EnsembleFolder.Open(folder));
        }

        return places;

        void Add(string from, string[] beside, string file, Action<string> read)
        {
            var folder = Directory.CreateDirectory(Path.Combine(scratch.Path, $"{places.Count}")).FullName;
            foreach (var name in beside)
            {
                File.Copy(Path.Combine(from, name), Path.Combine(folder, name));
            }

            places.Add((Path.Combine(folder, file), File.ReadAllBytes(Path.Combine(from, file)), () => read(folder)));
        }
    }

    private static byte[] Damaged(byte[] original, Random random)
    {
        var text = original.ToList();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(text.Count);
            switch (random.Next(6))
            {
                case 0:
                    text[at] = (byte)random.Next(256);
                    break;
                case 1:
                    text.RemoveRange(at, Math.Min(random.Next(1, 40), text.Count - at - 1));
                    break;
                case 2:
                    text.InsertRange(at, text.GetRange(at, Math.Min(random.Next(1, 40), text.Count - at)));
                    break;
                default:
                    Replace(text, at, values[random.Next(values.Length)]);
                    break;
            }
        }

        return [.. text];
    }

    /// <summary>Puts another value behind the next colon, so that the text mostly stays JSON.</summary>
    private static void Replace(List<byte> text, int from, string value)
    {
        var colon = text.IndexOf((byte)':', from);
        var end = colon < 0 ? -1 : text.FindIndex(colon, letter => letter is (byte)',' or (byte)'\n' or (byte)'}');
        if (end > 0)
        {
            text.RemoveRange(colon + 1, end - colon - 1);
            text.InsertRange(colon + 1, Encoding.UTF8.GetBytes($" {value}"));
        }
    }
}
