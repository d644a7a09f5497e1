using System.CommandLine;
using System.Net;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Runs a hub for Hugging Face's own clients until it is stopped.</summary>
internal sealed class ServeCommand : Verb
{
    private const int DefaultPort = 8000;

    private readonly Argument<string?> folder = new("FOLDER")
    {
        Description = "Folder of repositories (namespace/name, datasets/namespace/name), served as it is and only read",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> storage = OptionKinds.Text("--storage", "DIR", "Folder for what is pushed; without it nothing can be");
    private readonly Option<string?> host = OptionKinds.Text("--host", "ADDRESS", "IP address to listen on (default: 127.0.0.1)");
    private readonly Option<int?> port = OptionKinds.WholeNumber("--port", $"Port; 0 takes a free one (default: {DefaultPort})", least: 0);
    private readonly Option<bool> readOnly = OptionKinds.Switch("--read-only", "Refuse every change");
    private readonly Option<string?> tokenFile = OptionKinds.Text(
        "--token-file",
        "FILE",
        "Tokens that are let in, hashed; auth create-token adds to it (default: everybody on this machine)"
    );
    private readonly Option<bool> requireToken = OptionKinds.Switch("--require-token", "Nothing can be read without a token");
    private readonly Option<bool> allowAnonymous = OptionKinds.Switch(
        "--allow-anonymous-remote",
        "Let other machines in although there is no --token-file"
    );
    private readonly Option<string?> upstream = OptionKinds.Text(
        "--upstream",
        "URL",
        "Another hub: what it has is fetched when asked for, kept in --storage, and served when it cannot be reached"
    );
    private readonly Option<string?> publicUrl = OptionKinds.Text(
        "--public-url",
        "URL",
        "Address under which clients see this hub (behind a proxy)"
    );
    private readonly Option<string?> prefix = OptionKinds.Text("--path-prefix", "PATH", "Path before all others, such as /hub");
    private readonly Option<int?> regularBelow = OptionKinds.WholeNumber(
        "--regular-below",
        "Files below this many bytes are taken inside the commit, so that any client can push them (default: 67108864)",
        "BYTES",
        least: 0
    );

    public ServeCommand()
        : base("serve", "Be a hub for Hugging Face's own clients, over a folder of repositories or a store that can be pushed to")
    {
        Command.Add(folder);
        Option[] options =
        [
            storage,
            host,
            port,
            readOnly,
            tokenFile,
            requireToken,
            allowAnonymous,
            upstream,
            publicUrl,
            prefix,
            regularBelow,
        ];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (repositories, store) = (parsed.GetValue(folder), parsed.GetValue(storage));
        if (repositories is null && store is null)
        {
            throw CommandException.Usage("There is nothing to serve.", "Give a FOLDER of repositories, --storage DIR to push to, or both.");
        }

        if (repositories is not null)
        {
            Need.Folder(repositories, "FOLDER");
        }

        var defaults = new HubServerOptions { Folder = repositories, Storage = store };
        var options = defaults with
        {
            Address = Host(parsed.GetValue(host)),
            Port = parsed.GetValue(port) ?? DefaultPort,
            ReadOnly = parsed.GetValue(readOnly),
            Tokens = parsed.GetValue(tokenFile) is { } file ? await TokenFile.ReadAsync(file, cancellationToken).ConfigureAwait(false) : [],
            AnonymousRead = !parsed.GetValue(requireToken),
            AllowAnonymousRemote = parsed.GetValue(allowAnonymous),
            Upstream = Address(upstream.Name, parsed.GetValue(upstream)),
            UpstreamToken = parsed.GetValue(upstream) is null
                ? null
                : await HubEnvironment.Read().TokensWith(null).FindAsync(cancellationToken).ConfigureAwait(false),
            PublicUrl = Address(publicUrl.Name, parsed.GetValue(publicUrl)),
            PathPrefix = parsed.GetValue(prefix) ?? "",
            RegularBelowBytes = parsed.GetValue(regularBelow) ?? defaults.RegularBelowBytes,
            Logger = new SessionLogger(session),
        };
        if (!options.AnonymousRead && options.Tokens.Count == 0)
        {
            throw CommandException.Usage("--require-token needs tokens.", "Make one: lorae-hub auth create-token USER --token-file FILE.");
        }

        if (!IPAddress.IsLoopback(options.Address) && options.Tokens.Count == 0 && !options.AllowAnonymousRemote)
        {
            throw CommandException.Usage(
                $"--host is {options.Address}, which other machines reach, and there is no --token-file: anybody could change what is served.",
                "Make tokens (lorae-hub auth create-token USER --token-file FILE) and give --token-file FILE, or agree with --allow-anonymous-remote."
            );
        }

        try
        {
            var server = await HubServer.StartAsync(options, cancellationToken).ConfigureAwait(false);
            return new ServeResult(server, options);
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage(e.Message);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new CommandException(
                "address_in_use",
                $"Port {options.Port} of {options.Address} is in use by another program.",
                "Give another --port, or --port 0 for a free one."
            );
        }
    }

    private static IPAddress Host(string? text) =>
        text switch
        {
            null or "localhost" => IPAddress.Loopback,
            _ when IPAddress.TryParse(text, out var address) => address,
            _ => throw CommandException.Usage($"--host is {text}; it must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::1."),
        };

    private static Uri? Address(string option, string? text) =>
        text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") ? address
        : throw CommandException.Usage($"{option} is {text}; it must be an address that begins with http:// or https://.");
}
