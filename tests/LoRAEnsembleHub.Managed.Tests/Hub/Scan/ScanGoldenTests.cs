using System.Text.Json;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Scan;

public sealed class ScanGoldenTests
{
    public static TheoryData<string> Names => [.. Cases().Select(each => each.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Exactly_what_pythons_unpickler_imports_is_found(string name)
    {
        var sample = Cases().Single(each => each.GetProperty("name").GetString() == name);
        var verdict = await Pickles.ScanAsync(sample.GetProperty("pickle").GetBytesFromBase64());
        var expected = sample.GetProperty("imports").EnumerateArray().Select(import => (import[0].GetString()!, import[1].GetString()!));
        Assert.Equal(expected, verdict.Imports.Select(import => (import.Module, import.Name)));
        Assert.Null(verdict.Message);
    }

    private static IEnumerable<JsonElement> Cases() => Golden.Json("hub", "scan", "expected.json").EnumerateArray();
}
