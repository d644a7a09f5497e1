using System.CommandLine;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

internal sealed class EvaluateCommand() : Verb("evaluate", "")
{
    public override Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
