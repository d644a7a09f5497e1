namespace LoRAEnsembleHub.Hub;

/// <summary>The tokens kept on this machine, in the two files that Hugging Face's tools share: all of them by name, and a copy of the active one.</summary>
/// <remarks>The files are readable by their owner only, where the system has modes; on Windows the profile folder's rights apply.</remarks>
public sealed class TokenStore
{
    private const string TokenKey = "hf_token";
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string namedFile;

    /// <summary>Names the files; nothing is read yet.</summary>
    /// <param name="tokenFile">The file of the active token, <c>~/.cache/huggingface/token</c> by default; <c>stored_tokens</c> lies beside it.</param>
    public TokenStore(string tokenFile)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tokenFile);
        TokenFile = Path.GetFullPath(tokenFile);
        namedFile = Path.Combine(Path.GetDirectoryName(TokenFile)!, "stored_tokens");
    }

    /// <summary>The file of the active token, absolute.</summary>
    public string TokenFile { get; }

    /// <summary>Lists the tokens without showing them.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One entry for each, in the order of the file.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.LocalFile"/>: the file cannot be read.</exception>
    public async Task<IReadOnlyList<StoredToken>> ListAsync(CancellationToken cancellationToken)
    {
        var file = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var active = await ActiveAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. file
                .Names.Select(name => (Name: name, Token: TokenText.Clean(file.Get(name, TokenKey))))
                .Where(pair => pair.Token is not null)
                .Select(pair => new StoredToken
                {
                    Name = pair.Name,
                    Masked = TokenText.Masked(pair.Token!),
                    IsActive = pair.Token == active,
                }),
        ];
    }

    /// <summary>Keeps a token and makes it the active one.</summary>
    /// <param name="name">Its name; a token of that name is replaced.</param>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.InvalidName"/>: name or token cannot be one; <see cref="HubErrorKind.LocalFile"/>: the file of names cannot be read,
    /// so it was not written.
    /// </exception>
    public async Task LoginAsync(string name, string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        CheckName(name);
        var cleaned = TokenText.Check(TokenText.Clean(token) ?? " ");
        var file = await ReadAsync(cancellationToken).ConfigureAwait(false);
        file.Replace(name, TokenKey, cleaned);
        await WriteAsync(namedFile, file.ToString(), cancellationToken).ConfigureAwait(false);
        await WriteAsync(TokenFile, cleaned, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a kept token the active one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.LocalEntryNotFound"/>: there is none of that name; <see cref="HubErrorKind.LocalFile"/>: the file cannot be read.
    /// </exception>
    public async Task SwitchAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var file = await ReadAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(TokenFile, Find(file, name), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets one token, or all.</summary>
    /// <param name="name">Its name; null for all of them, and the active one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.LocalEntryNotFound"/>: there is none of that name; <see cref="HubErrorKind.LocalFile"/>: the file cannot be read.
    /// </exception>
    public async Task LogoutAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is null)
        {
            File.Delete(TokenFile);
            File.Delete(namedFile);
            return;
        }

        var file = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var token = Find(file, name);
        file.Remove(name);
        if (token == await ActiveAsync(cancellationToken).ConfigureAwait(false))
        {
            File.Delete(TokenFile);
        }

        await WriteAsync(namedFile, file.ToString(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> ActiveAsync(CancellationToken cancellationToken) =>
        TokenText.Clean(await AtomicFile.ReadAsync(TokenFile, cancellationToken).ConfigureAwait(false));

    private async Task<IniFile> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return IniFile.Parse(await AtomicFile.ReadAsync(namedFile, cancellationToken).ConfigureAwait(false) ?? "");
        }
        catch (FormatException exception)
        {
            throw new HubException(
                HubErrorKind.LocalFile,
                $"The file {namedFile} cannot be read: {exception.Message}.",
                "Mend or remove it; it was not changed.",
                exception
            );
        }
    }

    private string Find(IniFile file, string name) =>
        TokenText.Clean(file.Get(name, TokenKey))
        ?? throw new HubException(
            HubErrorKind.LocalEntryNotFound,
            $"There is no token named '{HubText.Shown(name)}' in {namedFile}.",
            file.Names.Any() ? $"There are: {string.Join(", ", file.Names.Select(HubText.Shown))}." : "Log in first."
        );

    private static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (
            name.Length == 0
            || name.Trim() != name
            || name == "DEFAULT"
            || name.Any(letter => letter is '[' or ']' || char.IsControl(letter))
        )
        {
            throw new HubException(
                HubErrorKind.InvalidName,
                $"'{HubText.Shown(name)}' cannot be a token's name: it is empty, DEFAULT, has spaces around it, a bracket or a control character.",
                "Choose a plain word."
            );
        }
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder) ?? folder);
            Directory.CreateDirectory(folder, OwnerFile | UnixFileMode.UserExecute);
        }

        await AtomicFile.WriteAsync(path, text, OwnerFile, cancellationToken).ConfigureAwait(false);
    }
}
