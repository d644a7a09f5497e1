using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The verbs about tokens: those of this user, in the files that Hugging Face's tools share, and those of an own hub.</summary>
internal static class AuthCommands
{
    public static VerbGroup Group() =>
        VerbGroup.Of(
            "auth",
            "Log in to a hub and out, and make tokens for an own hub",
            new LoginCommand(),
            new LogoutCommand(),
            new SwitchCommand(),
            new TokenListCommand(),
            new WhoAmICommand(),
            new CreateTokenCommand()
        );

    public static TokenStore Store() => new(HubEnvironment.Read().TokenFile);
}

/// <summary>Keeps a token after the hub has confirmed it.</summary>
internal sealed class LoginCommand : Verb
{
    private readonly Option<string?> name = OptionKinds.Text(
        "--name",
        "NAME",
        "Name under which the token is kept (default: the hub's name of it)"
    );
    private readonly HubChoice hub;

    public LoginCommand()
        : base("login", "Keep a token; it is taken from --token or a pipe, or asked for")
    {
        Command.Add(name);
        hub = new HubChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var text = hub.Token(parsed) ?? Ask();
        using var client = await hub.OpenAsync(parsed, session, false, null, text, cancellationToken).ConfigureAwait(false);
        var account = await client.WhoAmIAsync(cancellationToken).ConfigureAwait(false);
        var kept = parsed.GetValue(name) ?? account.TokenName ?? account.Name;
        var store = AuthCommands.Store();
        await store.LoginAsync(kept, text, cancellationToken).ConfigureAwait(false);
        return AccountResult.Of(account, client.Options.Endpoint) with { Note = $"The token is kept as {kept} in {store.TokenFile}." };
    }

    private static string Ask()
    {
        if (!Console.IsInputRedirected)
        {
            Console.Error.Write("Token (it is not shown): ");
            return SecretLine.Read();
        }

        return Console.In.ReadLine() is { Length: > 0 } line
            ? line
            : throw CommandException.Usage("There is no token on standard input.", "Give --token, or pipe the token in.");
    }
}

/// <summary>Forgets tokens.</summary>
internal sealed class LogoutCommand : Verb
{
    private readonly Option<string?> name = OptionKinds.Text("--name", "NAME", "Only the token of this name (default: all)");

    public LogoutCommand()
        : base("logout", "Forget the tokens that are kept here") => Command.Add(name);

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var store = AuthCommands.Store();
        await store.LogoutAsync(parsed.GetValue(name), cancellationToken).ConfigureAwait(false);
        return new MessageResult(parsed.GetValue(name) is { } one ? $"The token {one} is forgotten." : "All tokens are forgotten.");
    }
}

/// <summary>Makes another kept token the active one.</summary>
internal sealed class SwitchCommand : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "Name of a kept token" };

    public SwitchCommand()
        : base("switch", "Use another of the tokens that are kept here") => Command.Add(name);

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        await AuthCommands.Store().SwitchAsync(parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false);
        return new MessageResult($"The token {parsed.GetValue(name)} is used from now on.");
    }
}

/// <summary>Lists the kept tokens without showing them.</summary>
internal sealed class TokenListCommand : Verb
{
    public TokenListCommand()
        : base("list", "List the tokens that are kept here, without showing them") => Command.Aliases.Add("ls");

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken) =>
        new TokenListing(await AuthCommands.Store().ListAsync(cancellationToken).ConfigureAwait(false));
}

/// <summary>Asks the hub who the token belongs to.</summary>
internal sealed class WhoAmICommand : Verb
{
    private readonly HubChoice hub;

    public WhoAmICommand()
        : base("whoami", "Ask the hub whose token this is") => hub = new HubChoice(Command);

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var client = await hub.OpenAsync(parsed, session, false, null, cancellationToken).ConfigureAwait(false);
        if (client.Options.Token is null)
        {
            throw new CommandException(
                "unauthorized",
                "Not logged in: there is no token.",
                "Run lorae-hub auth login, or set HF_TOKEN.",
                ExitCode.NotAllowed
            );
        }

        return AccountResult.Of(await client.WhoAmIAsync(cancellationToken).ConfigureAwait(false), client.Options.Endpoint);
    }
}

/// <summary>Makes a token for an own hub.</summary>
internal sealed class CreateTokenCommand : Verb
{
    private readonly Argument<string> user = new("USER")
    {
        Description = "Whose token it is; also the owner of what is created without one",
    };
    private readonly Option<string> file = OptionKinds.Needed(
        "--token-file",
        "FILE",
        "File of tokens for serve; made if absent. It keeps a hash, not the token"
    );
    private readonly Option<string?> role = OptionKinds.OneOf("--role", "What it allows (default: read)", "read", "write");
    private readonly Option<string[]> owners = new("--namespace")
    {
        Description = "Only repositories of this owner; may be repeated (default: all)",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
    };

    public CreateTokenCommand()
        : base("create-token", "Make a token for a hub that serve runs; it is shown once")
    {
        Command.Add(user);
        Option[] options = [file, role, owners];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var name = RepoId.Parse(parsed.GetValue(user)!).Namespace is null
            ? parsed.GetValue(user)!
            : throw CommandException.Usage("USER has no '/'.");
        var text = ServerToken.NewText();
        var token = new ServerToken
        {
            User = name,
            Sha256 = ServerToken.Hash(text),
            Role = parsed.GetValue(role) == "write" ? TokenRole.Write : TokenRole.Read,
            Namespaces = parsed.GetValue(owners) is { Length: > 0 } some ? some : null,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await TokenFile.AddAsync(parsed.GetValue(file)!, token, cancellationToken).ConfigureAwait(false);
        return new NewToken(text, name, token.Role, parsed.GetValue(file)!);
    }
}
