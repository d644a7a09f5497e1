using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>One sentence about what was done.</summary>
internal sealed record MessageResult(string Message) : ICommandResult
{
    public IEnumerable<Block> ToBlocks() => [new Paragraph(Message)];

    public IEnumerable<string> ToQuietLines() => [];
}

/// <summary>Whom a hub takes the user for.</summary>
internal sealed record AccountResult : ICommandResult
{
    public required string Name { get; init; }

    public required string? FullName { get; init; }

    public required IReadOnlyList<string> Organisations { get; init; }

    public required string? TokenName { get; init; }

    public required string? TokenRole { get; init; }

    public required string Endpoint { get; init; }

    public string? Note { get; init; }

    public static AccountResult Of(Account account, Uri endpoint) =>
        new()
        {
            Name = account.Name,
            FullName = account.FullName,
            Organisations = account.Organisations,
            TokenName = account.TokenName,
            TokenRole = account.TokenRole,
            Endpoint = endpoint.AbsoluteUri.TrimEnd('/'),
        };

    public IEnumerable<Block> ToBlocks()
    {
        yield return new Facts([
            ("user", FullName is null || FullName == Name ? Name : $"{Name} ({FullName})"),
            ("organisations", Organisations.Count > 0 ? string.Join(", ", Organisations) : null),
            ("token", TokenRole is null ? TokenName : $"{TokenName ?? "unnamed"}, for {TokenRole}"),
            ("hub", Endpoint),
        ]);
        if (Note is { } note)
        {
            yield return new Paragraph($"\n{note}");
        }
    }

    public IEnumerable<string> ToQuietLines() => [Name];
}

/// <summary>The tokens kept here.</summary>
internal sealed record TokenListing(IReadOnlyList<StoredToken> Tokens) : ICommandResult
{
    public IEnumerable<Block> ToBlocks() =>
        Tokens.Count == 0
            ? [new Paragraph("No tokens are kept here.")]
            :
            [
                new Grid(
                    null,
                    [new Column("name"), new Column("token"), new Column("")],
                    [.. Tokens.Select(token => (IReadOnlyList<string>)[token.Name, token.Masked, token.IsActive ? "in use" : ""])]
                ),
            ];

    public IEnumerable<string> ToQuietLines() => Tokens.Select(token => token.Name);
}

/// <summary>A token for an own hub, shown this once.</summary>
internal sealed record NewToken(string Token, string User, TokenRole Role, string TokenFile) : ICommandResult
{
    public IEnumerable<Block> ToBlocks() =>
        [
            new Paragraph(Token),
            new Paragraph($"\nThis is the only time it is shown: {TokenFile} keeps its hash. Serve with --token-file {TokenFile}."),
        ];

    public IEnumerable<string> ToQuietLines() => [Token];
}
