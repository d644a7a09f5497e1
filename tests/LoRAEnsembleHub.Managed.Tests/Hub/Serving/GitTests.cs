using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>Hashes and patterns are git's own; the numbers come from git 2.39 (hash-object, write-tree, commit-tree, check-ignore).</summary>
public sealed class GitTests
{
    private static readonly FileTree tree = new([
        Blob("a/x", 4, "5626abf0f72e58d7a153368ba57db4c673c0e171"),
        Blob("a.b/y", 3, "64c5e5885a4b06010b3a0c20edb7900dd0311025"),
        Blob("a-b", 0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        Blob("ü", 1, "fa7af8bf5fdd704f73beb3adc5612682a98e1af5"),
        Blob("a/deep/w", 1, "ea0c8a85cb7293feae2c9e151d1d395be59b61fa"),
    ]);

    [Fact]
    public void A_tree_has_gits_hash_whole_and_in_each_folder()
    {
        Assert.Equal("1fe38181212aeafbb43b41c25735dfdf934e281a", tree.Oid);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["a"] = "70585ae9ee39b7058284db267180cd0345ec9249",
                ["a/deep"] = "a34dddbac09d044520b2313b1a08ea137073555f",
                ["a.b"] = "cefef285c5125704a42f4c1f91c7e95e5465c76a",
            },
            tree.Folders
        );
    }

    [Fact]
    public void A_tree_without_files_is_gits_empty_tree() => Assert.Equal("4b825dc642cb6eb9a060e54bf8d69288fbee4904", new FileTree([]).Oid);

    [Fact]
    public void A_commit_has_gits_hash_with_and_without_a_parent()
    {
        var first = new GitCommit
        {
            Tree = tree.Oid,
            Author = "anna",
            Date = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
            Title = "title",
            Description = "more\nlines",
        };
        Assert.Equal("6731de5ce92bf544eab93ae38417a6f5dcf594ed", first.Hash.Hex);
        var second = new GitCommit
        {
            Tree = tree.Oid,
            Parent = first.Hash,
            Author = "anna",
            Date = DateTimeOffset.FromUnixTimeSeconds(1_700_000_001),
            Title = "second",
        };
        Assert.Equal("96b9f089e67352a5b5f91fc764cf9b4a68de97be", second.Hash.Hex);
        Assert.Equal(first, GitCommit.Read(first.Text()));
        Assert.Equal(second, GitCommit.Read(second.Text()));
    }

    [Theory]
    [InlineData("*.bin", "a.bin", true)]
    [InlineData("*.bin", "x/y/a.bin", true)]
    [InlineData("*.bin", "a.bin.txt", false)]
    [InlineData("/a.txt", "a.txt", true)]
    [InlineData("/a.txt", "x/a.txt", false)]
    [InlineData("x/*.txt", "x/a.txt", true)]
    [InlineData("x/*.txt", "x/y/a.txt", false)]
    [InlineData("x/*.txt", "z/x/a.txt", false)]
    [InlineData("**/a.txt", "a.txt", true)]
    [InlineData("**/a.txt", "x/y/a.txt", true)]
    [InlineData("x/**/a.txt", "x/a.txt", true)]
    [InlineData("x/**/a.txt", "x/y/z/a.txt", true)]
    [InlineData("x/**", "x/y/a.txt", true)]
    [InlineData("saved_model/**/*", "saved_model/1/w", true)]
    [InlineData("*.tar.*", "b.tar.gz", true)]
    [InlineData("*tfevents*", "logs/events.out.tfevents.1", true)]
    [InlineData("[ab].txt", "b.txt", true)]
    [InlineData("[!ab].txt", "b.txt", false)]
    [InlineData("[z-a].txt", "m.txt", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("\\*.txt", "*.txt", true)]
    [InlineData("\\*.txt", "a.txt", false)]
    public void A_pattern_fits_what_git_says(string pattern, string path, bool fits) =>
        Assert.Equal(fits, new GitPattern(pattern).Fits(path));

    [Theory]
    [InlineData("*.log\n!keep.log", "a.log", true)]
    [InlineData("*.log\n!keep.log", "keep.log", false)]
    [InlineData("build/", "build/x/y", true)]
    [InlineData("build/", "build", false)]
    [InlineData("build/\n!build/keep", "build/keep", true)]
    [InlineData("# words\n\n  \n*.tmp \r", "x/a.tmp", true)]
    [InlineData("", "a", false)]
    public void What_is_ignored_is_what_git_ignores(string gitIgnore, string path, bool ignored) =>
        Assert.Equal(ignored, new IgnoreRule(gitIgnore).Ignores(path));

    [Theory]
    [InlineData("a.safetensors", 1, true)]
    [InlineData("sub/a.bin", 1, true)]
    [InlineData("saved_model/1/w", 1, true)]
    [InlineData("a.safetensors", 0, false)]
    [InlineData("config.json", 10_000_000, false)]
    [InlineData("config.json", 10_000_001, true)]
    public void The_Hubs_own_rule_says_which_files_are_large(string path, long size, bool large) =>
        Assert.Equal(large, new LfsRule(null).IsLarge(path, size));

    [Fact]
    public void A_later_line_of_attributes_takes_a_name_back()
    {
        var rule = new LfsRule("*.json filter=lfs -text\nconfig.json -filter\n");
        Assert.True(rule.IsLarge("a.json", 1));
        Assert.False(rule.IsLarge("config.json", 1));
    }

    private static StoredFile Blob(string path, long size, string oid) => StoredFile.Regular(path, size, ContentHash.Parse(oid));
}
