using System.CommandLine;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>One verb: its options, and what it does with them.</summary>
/// <remarks>Making a verb must not touch torch: all of them are made to parse the command line or to print help.</remarks>
internal abstract class Verb(string name, string description)
{
    /// <summary>Name, description and options.</summary>
    public Command Command { get; } = new(name, description);

    /// <summary>Does the work.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="session">Where notes, warnings and progress go.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl-C.</param>
    /// <returns>What is shown on standard output.</returns>
    public abstract Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken);

    /// <summary>Whether the result is wanted as comma-separated values.</summary>
    public virtual bool WantsCsv(ParseResult parsed) => false;
}
