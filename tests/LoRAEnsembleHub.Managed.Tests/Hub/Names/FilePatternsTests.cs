using System.Text.Json;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Names;

public sealed class FilePatternsTests
{
    private static readonly JsonElement golden = Golden.Json("hub", "patterns.json");

    [Fact]
    public void Patterns_choose_what_fnmatch_chooses_and_names_spelled_exactly()
    {
        string[] names = [.. golden.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        var wrong = new List<string>();
        foreach (var entry in golden.GetProperty("patterns").EnumerateArray())
        {
            var pattern = entry.GetProperty("pattern").GetString()!;
            var fits = entry.GetProperty("fits").EnumerateArray().Select(name => name.GetString()!).ToHashSet();
            var patterns = new FilePatterns([pattern]);
            wrong.AddRange(
                names
                    .Where(name => patterns.Allows(name) != (fits.Contains(name) || name.Replace('\\', '/') == pattern.Replace('\\', '/')))
                    .Select(name => $"'{pattern}' on '{name}'")
            );
        }

        Assert.Empty(wrong);
        Assert.True(names.Length * golden.GetProperty("patterns").GetArrayLength() > 4000);
    }

    [Fact]
    public void No_include_list_means_every_file_and_an_empty_one_none()
    {
        Assert.True(FilePatterns.All.Allows("any/file"));
        Assert.False(new FilePatterns([]).Allows("any/file"));
    }

    [Fact]
    public void Whatever_is_included_an_exclude_pattern_takes_away()
    {
        var patterns = new FilePatterns(["*.json", "*.md"], ["member-*", "README.md"]);
        string[] names = ["config.json", "member-00/adapter_config.json", "README.md", "model.safetensors"];
        Assert.Equal(["config.json"], names.Where(patterns.Allows));
    }

    [Fact]
    public void A_file_with_brackets_in_its_name_can_be_named()
    {
        Assert.True(new FilePatterns(["weights [1].bin"]).Allows("weights [1].bin"));
        Assert.True(new FilePatterns(["weights [1].bin"]).Allows("weights 1.bin"));
    }

    [Fact]
    public void Many_stars_cost_no_more_than_both_lengths_multiplied()
    {
        // A matcher that tries every split of the name would not end within the age of the universe.
        var pattern = new FilePatterns([string.Concat(Enumerable.Repeat("*a", 40)) + "b"]);
        Assert.False(pattern.Allows(new string('a', 4000)));
    }
}
