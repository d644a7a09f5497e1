using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Tokens;

public sealed class TokenStoreTests : IDisposable
{
    private const string One = "hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaa1111";
    private const string Two = "hf_bbbbbbbbbbbbbbbbbbbbbbbbbbbb2222";

    private readonly TemporaryFolder folder = new();

    private string TokenFile => folder.Locate("home/token");

    private string NamedFile => folder.Locate("home/stored_tokens");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_files_are_those_that_Pythons_configparser_writes()
    {
        var store = new TokenStore(TokenFile);
        await store.LoginAsync("work", One, Token);
        await store.LoginAsync("home", Two + "\r\n", Token);
        Assert.Equal(Two, await File.ReadAllTextAsync(TokenFile, Token));
        Assert.Equal($"[work]\nhf_token = {One}\n\n[home]\nhf_token = {Two}\n\n", await File.ReadAllTextAsync(NamedFile, Token));
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(OwnerFile, File.GetUnixFileMode(TokenFile));
            Assert.Equal(OwnerFile, File.GetUnixFileMode(NamedFile));
            Assert.Equal(OwnerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Locate("home")));
        }
    }

    [Fact]
    public async Task A_file_that_others_could_read_is_closed_to_them_when_it_is_written()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        Directory.CreateDirectory(folder.Locate("home"));
        await File.WriteAllTextAsync(TokenFile, "old", Token);
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await new TokenStore(TokenFile).LoginAsync("work", One, Token);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(TokenFile));
    }

    [Fact]
    public async Task The_active_token_can_be_switched_and_the_list_shows_which_it_is_but_no_token()
    {
        var store = new TokenStore(TokenFile);
        await store.LoginAsync("work", One, Token);
        await store.LoginAsync("home", Two, Token);
        await store.SwitchAsync("work", Token);
        Assert.Equal(One, await File.ReadAllTextAsync(TokenFile, Token));
        var listed = await store.ListAsync(Token);
        Assert.Equal([("work", true), ("home", false)], listed.Select(token => (token.Name, token.IsActive)));
        Assert.Equal(["hf_***1111", "hf_***2222"], listed.Select(token => token.Masked));
        var exception = await Assert.ThrowsAsync<HubException>(() => store.SwitchAsync("none", Token));
        Assert.Equal(HubErrorKind.LocalEntryNotFound, exception.Kind);
        Assert.Contains("work, home", exception.Hint, StringComparison.Ordinal);
        Assert.Equal(One, await File.ReadAllTextAsync(TokenFile, Token));
    }

    [Fact]
    public async Task Logging_out_of_the_active_token_leaves_none_and_of_another_leaves_it()
    {
        var store = new TokenStore(TokenFile);
        await store.LoginAsync("work", One, Token);
        await store.LoginAsync("home", Two, Token);
        await store.LogoutAsync("work", Token);
        Assert.Equal(Two, await File.ReadAllTextAsync(TokenFile, Token));
        await store.LogoutAsync("home", Token);
        Assert.False(File.Exists(TokenFile));
        Assert.Empty(await store.ListAsync(Token));
        Assert.Equal(
            HubErrorKind.LocalEntryNotFound,
            (await Assert.ThrowsAsync<HubException>(() => store.LogoutAsync("home", Token))).Kind
        );
    }

    [Fact]
    public async Task Logging_out_of_all_leaves_no_file()
    {
        var store = new TokenStore(TokenFile);
        await store.LogoutAsync(null, Token);
        await store.LoginAsync("work", One, Token);
        await store.LogoutAsync(null, Token);
        Assert.Empty(Directory.GetFiles(folder.Locate("home")));
    }

    [Fact]
    public async Task Keys_that_are_not_known_here_survive_a_login_under_another_name()
    {
        Directory.CreateDirectory(folder.Locate("home"));
        var stock = $"[browser]\nhf_token = {Two}\nrefresh_token = r\nexpires_at = 17\n\n";
        await File.WriteAllTextAsync(NamedFile, "# a comment\n" + stock, Token);
        await new TokenStore(TokenFile).LoginAsync("work", One, Token);
        Assert.Equal(stock + $"[work]\nhf_token = {One}\n\n", await File.ReadAllTextAsync(NamedFile, Token));
    }

    [Fact]
    public async Task A_file_that_makes_no_sense_is_left_as_it_is_and_its_text_is_not_shown()
    {
        Directory.CreateDirectory(folder.Locate("home"));
        await File.WriteAllTextAsync(NamedFile, $"[a]\n{One}\n", Token);
        var exception = await Assert.ThrowsAsync<HubException>(() => new TokenStore(TokenFile).LoginAsync("work", Two, Token));
        Assert.Equal(HubErrorKind.LocalFile, exception.Kind);
        Assert.Contains("line 2", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(One, exception.ToString(), StringComparison.Ordinal);
        Assert.Equal($"[a]\n{One}\n", await File.ReadAllTextAsync(NamedFile, Token));
        Assert.False(File.Exists(TokenFile));
    }

    [Theory]
    [InlineData("work", "")]
    [InlineData("work", "with space")]
    [InlineData("work", "ünicode")]
    [InlineData("", "fine")]
    [InlineData("DEFAULT", "fine")]
    [InlineData("a]b", "fine")]
    [InlineData("a\nb", "fine")]
    [InlineData(" a", "fine")]
    public async Task What_cannot_be_a_name_or_a_token_is_refused_and_nothing_written(string name, string token)
    {
        var exception = await Assert.ThrowsAsync<HubException>(() => new TokenStore(TokenFile).LoginAsync(name, token, Token));
        Assert.Equal(HubErrorKind.InvalidName, exception.Kind);
        Assert.False(Directory.Exists(folder.Locate("home")));
    }

    [Fact]
    public async Task Python_reads_what_is_written_here()
    {
        var python = Python.Find();
        var store = new TokenStore(TokenFile);
        await store.LoginAsync("work", One, Token);
        await store.LoginAsync("home", Two, Token);
        var script =
            "import configparser,sys\nc=configparser.ConfigParser()\nc.read(sys.argv[1])\nprint([(s,c.get(s,'hf_token')) for s in c.sections()])";
        Assert.Equal($"[('work', '{One}'), ('home', '{Two}')]", await python.RunAsync(script, NamedFile));
    }
}
