using System.CommandLine;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

internal sealed class InspectCommand() : Verb("inspect", "")
{
    public override Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
