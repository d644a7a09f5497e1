using System.CommandLine;
using System.Text;
using LoRAEnsembleHub.Cli.Hub;
using LoRAEnsembleHub.Cli.Inspection;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving.Cards;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Checks a model card without a hub, and brings that of an ensemble up to date; never needs torch.</summary>
internal sealed class CardCommand : Verb
{
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Argument<string> path = new("PATH") { Description = "A model or ensemble folder, or a README.md" };
    private readonly Option<bool> update = OptionKinds.Switch(
        "--update",
        "Take metadata and results from the ensemble's manifest, and keep the text, comments and all other fields; writes a card where there is none"
    );
    private readonly Option<string?> license = OptionKinds.License();
    private readonly Option<string?> repo = OptionKinds.Text(
        "--repo-id",
        "NAMESPACE/NAME",
        "Repository that a new card tells how to pull from"
    );

    public CardCommand()
        : base("card", "Check a model card by a hub's rules, without one, and bring an ensemble's up to date")
    {
        Command.Add(path);
        Option[] options = [update, license, repo];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var place = parsed.GetValue(path)!;
        Need.FileOrFolder(place, "PATH");
        var file = Directory.Exists(place) ? Path.Combine(place, CardRemarks.FileName) : place;
        if (!parsed.GetValue(update))
        {
            if ((parsed.GetValue(license) ?? parsed.GetValue(repo)) is not null)
            {
                throw CommandException.Usage("--license and --repo-id are for --update.");
            }

            Need.File(file, "PATH");
            return Result(file, await ReadAsync(file, cancellationToken).ConfigureAwait(false), []);
        }

        var old = File.Exists(file) ? await ReadAsync(file, cancellationToken).ConfigureAwait(false) : "";
        var (card, changed) = CardEditor.Update(old, Fresh(parsed, Path.GetDirectoryName(Path.GetFullPath(file))!));
        var result = Result(file, card, changed);
        if (result.Errors.Count == 0 && card != old)
        {
            await ReplaceAsync(file, card, cancellationToken).ConfigureAwait(false);
        }

        return result with
        {
            Written = result.Errors.Count == 0 && card != old,
        };
    }

    /// <summary>Every letter, a byte order mark too, so that what is written back is what was there.</summary>
    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        try
        {
            return strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new CommandException(
                "malformed_file",
                $"{file} is not UTF-8: the byte 0x{e.BytesUnknown?[0]:X2} at {e.Index} is no part of a letter. A hub takes cards in UTF-8 only; save it so.",
                null,
                ExitCode.Integrity
            );
        }
    }

    /// <summary>The file is either the old or the new card; what stopped on the way leaves nothing behind.</summary>
    private static async Task ReplaceAsync(string file, string card, CancellationToken cancellationToken)
    {
        var aside = $"{file}.{Path.GetRandomFileName()}";
        try
        {
            await File.WriteAllTextAsync(aside, card, strict, cancellationToken).ConfigureAwait(false);
            File.Move(aside, file, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    private string Fresh(ParseResult parsed, string folder)
    {
        if (!File.Exists(Path.Combine(folder, EnsembleManifest.FileName)))
        {
            throw CommandException.Usage(
                $"{folder} has no {EnsembleManifest.FileName}; --update takes metadata from an ensemble's manifest."
            );
        }

        var name = parsed.GetValue(repo);
        if (name is not null && !RepoId.TryParse(name, RepoType.Model, out _))
        {
            throw CommandException.Usage($"--repo-id is {name}; it must be like namespace/name.");
        }

        var report = EnsembleReport.Read(folder);
        var manifest = EnsembleFolder.Open(folder).Manifest!;
        return EnsembleCard.Write(
            manifest,
            EnsembleFacts.Of(report, manifest, name),
            new EnsembleWriterOptions { License = parsed.GetValue(license) }
        );
    }

    private static CardResult Result(string file, string card, IReadOnlyList<string> changed)
    {
        var findings = CardFindings.Of(card, RepoType.Model);
        return new CardResult
        {
            Path = file,
            Changed = changed,
            Errors = findings.Errors,
            Warnings = findings.Warnings,
        };
    }
}

/// <summary>What was found in a card, and done to it.</summary>
internal sealed record CardResult : ICommandResult
{
    public required string Path { get; init; }

    /// <summary>Whether the file was written.</summary>
    public bool Written { get; init; }

    /// <summary>Fields of the metadata that are others than before.</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    /// <summary>What a hub would refuse.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What is odd but taken.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public IEnumerable<Block> ToBlocks() =>
        [
            new Facts([
                ("card", Path),
                ("changed", Changed.Count == 0 ? null : string.Join(", ", Changed)),
                ("written", Written ? "yes" : null),
                ("a hub would", Errors.Count == 0 ? "take it" : "refuse it"),
            ]),
            .. Remarks.Blocks(Warnings, Errors),
        ];

    public IEnumerable<string> ToQuietLines() => [Path];

    public ExitCode ToExitCode() => Errors.Count > 0 ? ExitCode.Failed : ExitCode.Done;
}
