namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>A result that is shown when something has begun, and then goes on until the user stops it, which is its proper end.</summary>
internal interface IRunningResult : ICommandResult
{
    /// <summary>Goes on until it is stopped.</summary>
    /// <param name="cancellationToken">Cancelled by Ctrl-C or a request to terminate.</param>
    Task UntilStoppedAsync(CancellationToken cancellationToken);
}
