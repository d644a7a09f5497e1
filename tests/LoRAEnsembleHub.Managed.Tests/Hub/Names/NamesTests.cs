using System.Text.Json;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Names;

public sealed class NamesTests
{
    private static readonly JsonElement golden = Golden.Json("hub", "names.json");

    // Git allows these below refs/heads. "@" alone means HEAD; the others could not be a file below refs on every system.
    private static readonly string[] gitAlone = ["@", "con", "nul.txt", "a/aux", new('a', 300)];

    [Theory]
    [InlineData("gpt2", null, "gpt2", "models--gpt2")]
    [InlineData("team/set", "team", "set", "models--team--set")]
    [InlineData("A-b.c_d/1", "A-b.c_d", "1", "models--A-b.c_d--1")]
    [InlineData("a/x-git", "a", "x-git", "models--a--x-git")]
    public void A_repository_id_has_its_parts_and_its_folder(string text, string? owner, string name, string folder)
    {
        var id = RepoId.Parse(text);
        Assert.Equal((owner, name, text, folder), (id.Namespace, id.Name, id.FullName, id.CacheFolderName));
        Assert.Equal(id, RepoId.Parse(text));
        Assert.NotEqual(id, RepoId.Parse(text, RepoType.Dataset));
        Assert.Equal("datasets" + folder["models".Length..], RepoId.Parse(text, RepoType.Dataset).CacheFolderName);
        Assert.Equal($"spaces/{text}", RepoId.Parse(text, RepoType.Space).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a/b/c")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/..")]
    [InlineData("a--b")]
    [InlineData("a..b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a/b.git")]
    [InlineData("é")]
    [InlineData("a:b")]
    [InlineData("a%2Fb")]
    public void What_is_no_repository_id_is_refused(string text)
    {
        Assert.Equal(HubErrorKind.InvalidName, Assert.Throws<HubException>(() => RepoId.Parse(text)).Kind);
        Assert.False(RepoId.TryParse(text, RepoType.Model, out _));
    }

    [Fact]
    public void A_part_of_an_id_has_at_most_96_characters()
    {
        Assert.True(RepoId.TryParse($"{new string('a', 96)}/{new string('b', 96)}", RepoType.Model, out _));
        Assert.False(RepoId.TryParse(new string('a', 97), RepoType.Model, out _));
    }

    [Fact]
    public void A_revision_is_what_git_takes_for_a_branch_and_every_system_for_a_file()
    {
        var refs = golden.GetProperty("refs").EnumerateArray().ToList();
        var wrong = refs.Select(entry => (Name: entry.GetProperty("name").GetString()!, Git: entry.GetProperty("git").GetBoolean()))
            .Where(entry => Revision.IsValid(entry.Name) != (entry.Git && !gitAlone.Contains(entry.Name)))
            .Select(entry => entry.Name);
        Assert.Empty(wrong);
        Assert.Contains(refs, entry => entry.GetProperty("git").GetBoolean());
        Assert.All(
            gitAlone,
            name => Assert.Contains(refs, entry => entry.GetProperty("name").GetString() == name && entry.GetProperty("git").GetBoolean())
        );
    }

    [Fact]
    public void A_revision_knows_whether_it_is_a_commit()
    {
        var hex = new string('0', 39) + "a";
        Assert.Equal(hex, Revision.Parse(hex).Commit?.Hex);
        Assert.Null(Revision.Parse(hex[1..]).Commit);
        Assert.Null(Revision.Parse(hex.ToUpperInvariant()).Commit);
        Assert.Null(Revision.Main.Commit);
        Assert.Equal(HubErrorKind.InvalidName, Assert.Throws<HubException>(() => Revision.Parse("a..b")).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef0123456")]
    [InlineData("0123456789abcdef0123456789abcdef012345678a")]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567")]
    [InlineData("../../../../../../../../../../etc/passwd")]
    [InlineData("0123456789abcdef0123456789abcdef0123456\n")]
    [InlineData("\uff10123456789abcdef0123456789abcdef0123456")]
    public void Only_hexadecimal_digits_in_lower_case_are_a_hash(string text)
    {
        Assert.False(CommitHash.TryParse(text, out _));
        Assert.False(ContentHash.TryParse(text, out _));
        Assert.Equal(HubErrorKind.InvalidName, Assert.Throws<HubException>(() => CommitHash.Parse(text)).Kind);
        Assert.Equal(HubErrorKind.Metadata, Assert.Throws<HubException>(() => ContentHash.Parse(text)).Kind);
    }

    [Fact]
    public void A_content_hash_of_64_digits_is_a_sha256_and_one_of_40_is_gits()
    {
        Assert.True(ContentHash.Parse(new('a', 64)).IsSha256);
        Assert.False(ContentHash.Parse(new('a', 40)).IsSha256);
        Assert.False(CommitHash.TryParse(new('a', 64), out _));
    }

    [Fact]
    public async Task Contents_have_the_hashes_that_git_and_sha256sum_give()
    {
        foreach (var entry in golden.GetProperty("contents").EnumerateArray())
        {
            var bytes = entry.TryGetProperty("base64", out var text)
                ? text.GetBytesFromBase64()
                : [.. Enumerable.Repeat((byte)'x', entry.GetProperty("count").GetInt32())];
            using var sha256 = ContentHasher.Sha256();
            sha256.Append(bytes);
            Assert.Equal(entry.GetProperty("sha256").GetString(), sha256.Finish().Hex);

            // In two pieces, the second from a stream.
            var expected = ContentHash.Parse(entry.GetProperty("git").GetString()!);
            using var git = ContentHasher.For(expected, bytes.Length);
            git.Append(bytes.AsSpan(0, bytes.Length / 3));
            var rest = await git.AppendAsync(new MemoryStream(bytes[(bytes.Length / 3)..]), TestContext.Current.CancellationToken);
            Assert.Equal(bytes.Length - (bytes.Length / 3), rest);
            Assert.Equal(expected, git.Finish());
        }
    }
}
