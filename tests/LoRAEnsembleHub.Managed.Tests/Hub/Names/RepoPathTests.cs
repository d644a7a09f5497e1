using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Names;

public sealed class RepoPathTests
{
    [Theory]
    [InlineData("config.json")]
    [InlineData("member-00/adapter_model.safetensors")]
    [InlineData(".gitattributes")]
    [InlineData("a/.hidden/b")]
    [InlineData("...x")]
    [InlineData("a..b/c")]
    [InlineData("console.txt")]
    [InlineData("com0")]
    [InlineData("lpt")]
    [InlineData("com10.txt")]
    [InlineData("auxiliary/nulls.md")]
    [InlineData("naïve/Größe 1.txt")]
    [InlineData("😀")]
    [InlineData("-rf")]
    [InlineData(" leading space")]
    public void An_ordinary_name_passes_unchanged(string path) => Assert.Same(path, RepoPath.Check(path));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("/etc/passwd", "begins or ends with '/'")]
    [InlineData("a/", "begins or ends with '/'")]
    [InlineData("a//b", "two together")]
    [InlineData("..", "the part '..'")]
    [InlineData("../x", "the part '..'")]
    [InlineData("a/../b", "the part '..'")]
    [InlineData("a/..", "the part '..'")]
    [InlineData("./a", "the part '.'")]
    [InlineData("a/./b", "the part '.'")]
    [InlineData("..\\x", "'\\'")]
    [InlineData("a\\..\\b", "'\\'")]
    [InlineData("C:\\x", "'\\'")]
    [InlineData("C:x", "':'")]
    [InlineData("C:/x", "':'")]
    [InlineData("\\\\server\\share\\x", "'\\'")]
    [InlineData("//server/share/x", "begins or ends with '/'")]
    [InlineData("a/\\\\server", "'\\'")]
    [InlineData("file.txt:stream", "':'")]
    [InlineData("con", "device")]
    [InlineData("CON", "device")]
    [InlineData("a/Nul.txt", "device")]
    [InlineData("aux.tar.gz", "device")]
    [InlineData("prn/x", "device")]
    [InlineData("COM1", "device")]
    [InlineData("com9.x", "device")]
    [InlineData("LPT1.md", "device")]
    [InlineData("lpt\u00b2", "device")]
    [InlineData("CONIN$", "device")]
    [InlineData("conout$.log", "device")]
    [InlineData("nul .txt", "device")]
    [InlineData("a.", "dot or a space")]
    [InlineData("a /b", "dot or a space")]
    [InlineData("a./b", "dot or a space")]
    [InlineData("...", "dot or a space")]
    [InlineData("a\0b", "control")]
    [InlineData("a\nb", "control")]
    [InlineData("a\u001fb", "control")]
    [InlineData("a\u007fb", "control")]
    public void An_unsafe_name_is_refused_on_every_system_with_its_reason(string path, string reason)
    {
        var exception = Assert.Throws<HubException>(() => RepoPath.Check(path));
        Assert.Equal(HubErrorKind.UnsafeName, exception.Kind);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.False(exception.Message.Any(char.IsControl), exception.Message);
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        foreach (var path in new[] { "a\ud83d", "\ude00b", "\ude00\ud83d" })
        {
            Assert.Contains("not valid Unicode", Assert.Throws<HubException>(() => RepoPath.Check(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lengths_count_in_bytes_and_the_longest_allowed_passes()
    {
        Assert.NotNull(RepoPath.Check(new string('a', 255)));
        Assert.NotNull(RepoPath.Check(new string('é', 127)));
        Assert.Throws<HubException>(() => RepoPath.Check(new string('a', 256)));
        Assert.Throws<HubException>(() => RepoPath.Check(new string('é', 128)));
        var longest = string.Join('/', Enumerable.Repeat(new string('a', 240), 17))[..4096];
        Assert.NotNull(RepoPath.Check(longest));
        Assert.Throws<HubException>(() => RepoPath.Check(longest + "a"));
    }

    [Theory]
    [InlineData("a<b", false)]
    [InlineData("what?", false)]
    [InlineData("a|b", false)]
    [InlineData("\"a\"", false)]
    [InlineData("a*", false)]
    [InlineData("a>b", false)]
    [InlineData("plain", true)]
    public void Names_that_only_Windows_forbids_are_told_apart(string path, bool isPortable)
    {
        Assert.Equal(isPortable, RepoPath.IsPortable(path));
        if (OperatingSystem.IsWindows() && !isPortable)
        {
            Assert.Throws<HubException>(() => RepoPath.Check(path));
            return;
        }

        Assert.Equal(path, RepoPath.Check(path));
    }

    [Theory]
    [InlineData("README.md", "readme.MD")]
    [InlineData("é", "e\u0301")]
    [InlineData("a/x", "A/y")]
    [InlineData("a", "A/b")]
    [InlineData("a/b", "a")]
    [InlineData("x/É/1", "x/e\u0301/2")]
    [InlineData("same", "same")]
    public void Two_names_for_one_place_are_refused_with_both(string one, string other)
    {
        foreach (string[] paths in new[] { new[] { one, "between", other }, [other, one] })
        {
            var exception = Assert.Throws<HubException>(() => RepoPath.CheckAll(paths));
            Assert.Equal(HubErrorKind.UnsafeName, exception.Kind);
            Assert.Contains(one.Split('/')[0], exception.Message, StringComparison.Ordinal);
            Assert.Contains(other.Split('/')[0], exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_that_differ_everywhere_pass_together() =>
        RepoPath.CheckAll(["a/x", "a/y", "ab", "a.b", "b/a/x", "README.md", "member-00/README.md"]);
}
