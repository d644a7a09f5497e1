using System.Security.Cryptography;
using System.Text.Json;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

/// <summary>Holds the reader and the writer to the verdicts of the reference library on whole files.</summary>
/// <remarks>The recipe and the version of the reference stand in tests/golden/safetensors/README.md.</remarks>
public sealed class GoldenCorpusTests
{
    private static readonly Dictionary<string, JsonElement> verdicts = new[] { "valid", "malformed", "mutated" }.ToDictionary(
        folder => folder,
        folder => Golden.Json("safetensors", folder, "expected.json").GetProperty("files")
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Accepted), "valid")]
    [MemberData(nameof(Accepted), "mutated")]
    public async Task What_the_reference_reads_is_read_alike_by_every_way_of_opening(string folder, string name)
    {
        var expected = Expected(folder, name);
        var path = Golden.Locate("safetensors", folder, name);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        if (Refusal(bytes) is { } refusal)
        {
            // The only liberties: a name twice, a metadata key twice, and the documented limits.
            Assert.Equal("mutated", folder);
            Assert.True(
                refusal.Defect is SafetensorsDefect.DuplicateName or SafetensorsDefect.LimitExceeded
                    || (
                        refusal.Defect == SafetensorsDefect.InvalidMetadata && refusal.Message.EndsWith("twice.", StringComparison.Ordinal)
                    ),
                refusal.Message
            );
            return;
        }

        using var parsed = SafetensorsFile.Parse(bytes, name);
        AssertHolds(expected, parsed);
        using var mapped = SafetensorsFile.Open(path);
        AssertHolds(expected, mapped);
        using var mappedLater = await SafetensorsFile.OpenAsync(path, Token);
        AssertHolds(expected, mappedLater);
        using var streamed = await SafetensorsFile.ReadAsync(new Trickle(bytes), name, Token);
        AssertHolds(expected, streamed);
    }

    [Theory]
    [MemberData(nameof(Refused), "malformed")]
    [MemberData(nameof(Refused), "mutated")]
    public async Task What_the_reference_refuses_is_refused_alike_by_every_way_of_opening(string folder, string name)
    {
        var path = Golden.Locate("safetensors", folder, name);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        var parsed = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(bytes, name));
        Assert.Equal(name, parsed.File);
        Assert.StartsWith($"{name}: ", parsed.Message, StringComparison.Ordinal);
        var mapped = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Equal((parsed.Defect, path), (mapped.Defect, mapped.File));
        var mappedLater = await Assert.ThrowsAsync<SafetensorsException>(() => SafetensorsFile.OpenAsync(path, Token));
        Assert.Equal(parsed.Defect, mappedLater.Defect);
        var seekable = await Assert.ThrowsAsync<SafetensorsException>(() =>
            SafetensorsFile.ReadAsync(new MemoryStream(bytes), name, Token)
        );
        Assert.Equal(parsed.Message, seekable.Message);
        var streamed = await Assert.ThrowsAsync<SafetensorsException>(() => SafetensorsFile.ReadAsync(new Trickle(bytes), name, Token));
        Assert.Equal(parsed.Defect, streamed.Defect);
    }

    [Theory]
    [MemberData(nameof(Free), "malformed")]
    public void What_a_reader_may_judge_either_way_is_at_least_judged(string folder, string name)
    {
        // Anything but a SafetensorsException fails the test.
        _ = Refusal(File.ReadAllBytes(Golden.Locate("safetensors", folder, name)));
    }

    [Theory]
    [MemberData(nameof(Rewritten), "valid")]
    [MemberData(nameof(Rewritten), "mutated")]
    public void Writing_what_was_read_gives_the_bytes_of_the_reference(string folder, string name)
    {
        var expected = Expected(folder, name);
        var bytes = File.ReadAllBytes(Golden.Locate("safetensors", folder, name));
        using var file = SafetensorsFile.Parse(bytes, name);
        var tensors = file.Tensors.Reverse().Select(TensorToWrite.From).ToArray();
        var written = Bytes.Written(file.Metadata, tensors);
        Assert.Equal(expected.GetProperty("rewritten_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(written)));
        Assert.Equal(expected.GetProperty("same_bytes").GetBoolean(), written.AsSpan().SequenceEqual(bytes));
    }

    public static TheoryData<string, string> Accepted(string folder) => Files(folder, file => Wanted(file) == "accept");

    public static TheoryData<string, string> Refused(string folder) => Files(folder, file => Wanted(file) == "refuse");

    public static TheoryData<string, string> Free(string folder) => Files(folder, file => Wanted(file) == "either");

    public static TheoryData<string, string> Rewritten(string folder) =>
        Files(folder, file => file.TryGetProperty("rewritten_sha256", out _));

    private static JsonElement Expected(string folder, string name) => verdicts[folder].GetProperty(name);

    // What a careful reader does; where the corpus does not say it apart, what the reference does.
    private static string? Wanted(JsonElement expected) =>
        expected.TryGetProperty("expect", out var expect) ? expect.GetString() : expected.GetProperty("verdict").GetString();

    private static TheoryData<string, string> Files(string folder, Func<JsonElement, bool> chosen)
    {
        var files = new TheoryData<string, string>();
        foreach (var file in verdicts[folder].EnumerateObject().Where(file => chosen(file.Value)))
        {
            files.Add(folder, file.Name);
        }

        return files;
    }

    private static SafetensorsException? Refusal(byte[] bytes)
    {
        try
        {
            SafetensorsFile.Parse(bytes, "golden").Dispose();
            return null;
        }
        catch (SafetensorsException exception)
        {
            return exception;
        }
    }

    private static void AssertHolds(JsonElement expected, SafetensorsFile file)
    {
        var metadata = expected.GetProperty("metadata").Deserialize<Dictionary<string, string>>();
        Assert.Equal(metadata, file.Metadata?.ToDictionary());
        var tensors = expected.GetProperty("tensors").EnumerateObject().ToList();
        Assert.Equal(tensors.Count, file.Tensors.Count);
        foreach (var tensor in tensors)
        {
            var view = file[tensor.Name];
            Assert.Equal(tensor.Value.GetProperty("dtype").GetString(), view.Dtype.Name);
            Assert.Equal(tensor.Value.GetProperty("shape").Deserialize<long[]>(), view.Shape);
            Assert.Equal(tensor.Value.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(view.Bytes)));
        }

        var end = file.DataOffset;
        foreach (var view in file.Tensors)
        {
            Assert.Equal(end, view.FileOffset);
            end += view.ByteCount;
        }

        Assert.Equal(end, file.FileBytes);
    }
}
