using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class LocalTreeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Files_are_found_by_name_in_order_without_gits_folder_and_the_notes_of_hub_clients()
    {
        using var folder = new PushFolder(
            ("b.txt", "b"),
            ("a/c.txt", "c"),
            (".hidden", "h"),
            (".git/config", "secret"),
            ("sub/.git/HEAD", "secret"),
            (".cache/huggingface/upload/b.txt.lorae.json", "{}"),
            ("sub/.cache/huggingface/x", "x"),
            ("sub/.gitignore", "*.tmp")
        );

        Assert.Equal([".hidden", "a/c.txt", "b.txt", "sub/.gitignore"], Names(folder.FullPath));
    }

    [Fact]
    public void A_file_named_git_as_in_a_linked_work_tree_is_left_out_too()
    {
        using var folder = new PushFolder((".git", "gitdir: elsewhere"), ("a", ""));

        Assert.Equal(["a"], Names(folder.FullPath));
    }

    [Fact]
    public void Patterns_see_the_name_in_the_folder_not_the_one_in_the_repository()
    {
        using var folder = new PushFolder(("keep.txt", ""), ("sub/keep.txt", ""), ("sub/drop.bin", ""));
        var patterns = new FilePatterns(["sub/*"], ["*.bin"]);

        Assert.Equal(["there/sub/keep.txt"], Names(folder.FullPath, "there", patterns));
    }

    [Theory]
    [InlineData("", "a.txt")]
    [InlineData(".", "a.txt")]
    [InlineData("/", "a.txt")]
    [InlineData("./models/", "models/a.txt")]
    [InlineData("/models/small", "models/small/a.txt")]
    public void The_place_in_the_repository_may_be_written_in_several_ways(string place, string expected)
    {
        using var folder = new PushFolder(("a.txt", ""));

        Assert.Equal([expected], Names(folder.FullPath, place));
    }

    [Theory]
    [InlineData("", "a.txt")]
    [InlineData("b.txt", "b.txt")]
    [InlineData("sub/b.txt", "sub/b.txt")]
    public void A_single_file_keeps_its_name_or_gets_the_given_one(string place, string expected)
    {
        using var folder = new PushFolder(("a.txt", "a"));

        Assert.Equal([expected], Names(folder.Locate("a.txt"), place, new FilePatterns([])));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("a/../b")]
    [InlineData(".git")]
    [InlineData("a/.cache/b")]
    [InlineData("a//b")]
    [InlineData("//a")]
    public void A_place_that_no_hub_takes_is_refused(string place)
    {
        using var folder = new PushFolder(("a.txt", ""));

        Assert.Equal(HubErrorKind.UnsafeName, Refused(folder.FullPath, place).Kind);
    }

    [Theory]
    [InlineData("nul.txt")]
    [InlineData("trailing ")]
    [InlineData("back\\slash")]
    [InlineData(".cache/own/x")]
    public void A_name_that_some_system_or_hub_does_not_take_is_refused_by_name(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such file to begin with.");
        using var folder = new PushFolder((name, ""), ("good.txt", ""));

        var refusal = Refused(folder.FullPath);

        Assert.Equal(HubErrorKind.UnsafeName, refusal.Kind);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["good.txt"], Names(folder.FullPath, "", new FilePatterns(exclude: [name])));
    }

    [Fact]
    public void Names_that_differ_only_in_case_are_refused_with_both()
    {
        using var folder = new PushFolder(("Readme.md", ""), ("README.md", ""));
        Assert.SkipUnless(Directory.GetFiles(folder.FullPath).Length == 2, "This file system does not tell case apart.");

        var refusal = Refused(folder.FullPath);

        Assert.Contains("Readme.md", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("README.md", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_file_or_folder_inside_stands_for_what_it_points_to()
    {
        using var folder = new PushFolder(("real/a.txt", "a"));
        folder.Link("again.txt", Path.Combine("real", "a.txt"));
        folder.Link("mirror", "real", toFolder: true);

        Assert.Equal(["again.txt", "mirror/a.txt", "real/a.txt"], Names(folder.FullPath));
    }

    [Fact]
    public void The_folder_itself_may_be_a_link()
    {
        using var folder = new PushFolder(("real/a.txt", "a"));
        folder.Link("real/again.txt", "a.txt");
        Directory.CreateSymbolicLink(folder.Beside("door"), folder.Locate("real"));

        Assert.Equal(["a.txt", "again.txt"], Names(folder.Beside("door")));
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("hop/../../outside.txt")]
    [InlineData("nowhere.txt")]
    [InlineData("circle")]
    [InlineData(".git/config")]
    public void A_link_out_of_the_folder_to_nowhere_in_a_circle_or_into_gits_folder_is_refused_by_name(string target)
    {
        using var folder = new PushFolder(("hop/x", ""), (".git/config", "secret"));
        File.WriteAllText(folder.Beside("outside.txt"), "secret");
        folder.Link("circle", "circle");
        folder.Link("leak.txt", target.Replace('/', Path.DirectorySeparatorChar));
        var patterns = new FilePatterns(exclude: ["circle"]);

        var refusal = Refused(folder.FullPath, "", patterns);

        Assert.Equal(HubErrorKind.LocalFile, refusal.Kind);
        Assert.Contains("leak.txt", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["hop/x"], Names(folder.FullPath, "", new FilePatterns(exclude: ["circle", "leak.txt"])));
    }

    [Fact]
    public void A_link_through_another_link_that_leads_out_is_refused()
    {
        using var folder = new PushFolder(("a.txt", ""));
        Directory.CreateDirectory(folder.Beside("elsewhere"));
        File.WriteAllText(Path.Combine(folder.Beside("elsewhere"), "b.txt"), "secret");
        Directory.CreateSymbolicLink(folder.Locate("door"), folder.Beside("elsewhere"));
        folder.Link("leak.txt", Path.Combine("door", "b.txt"));

        var refusal = Refused(folder.FullPath, "", new FilePatterns(["leak.txt", "a.txt"]));

        Assert.Contains("out of the pushed folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_links_to_one_above_it_is_refused_instead_of_followed_for_ever()
    {
        using var folder = new PushFolder(("sub/a.txt", ""));
        folder.Link("sub/up", "..", toFolder: true);

        Assert.Contains("'sub/up' leads back", Refused(folder.FullPath).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps pipes elsewhere.");
        using var folder = new PushFolder(("a.txt", "a"));
        using var maker = System.Diagnostics.Process.Start("mkfifo", [folder.Locate("pipe")]);
        await maker.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, maker.ExitCode);

        var found = LocalTree.Find(folder.FullPath, "", FilePatterns.All, None);
        var read = await FileReading.ReadAsync(found[1], TestContext.Current.CancellationToken);

        Assert.Equal(("pipe", 0), (read.Path, read.Size));
    }

    [Fact]
    public void A_source_that_is_not_there_is_refused_by_name()
    {
        using var folder = new PushFolder();

        Assert.Contains("missing", Refused(folder.Locate("missing")).Message, StringComparison.Ordinal);
    }

    private static string[] Names(string source, string place = "", FilePatterns? patterns = null) =>
        [.. LocalTree.Find(source, place, patterns ?? FilePatterns.All, None).Select(file => file.Path)];

    private static HubException Refused(string source, string place = "", FilePatterns? patterns = null) =>
        Assert.Throws<HubException>(() => LocalTree.Find(source, place, patterns ?? FilePatterns.All, None));
}
