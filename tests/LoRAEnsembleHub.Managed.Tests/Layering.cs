using LoRAEnsembleHub.Tests;

namespace LoRAEnsembleHub.Managed.Tests;

/// <summary>What each library compiled here refers to.</summary>
public sealed class Layering
{
    public static TheoryData<string> Libraries => [.. Layers.Present()];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_refers_only_to_what_its_layer_allows(string library) => Assert.Empty(Layers.Forbidden(library));

    [Fact]
    public void These_tests_stay_clear_of_torch() =>
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "*orch*", SearchOption.AllDirectories));
}
