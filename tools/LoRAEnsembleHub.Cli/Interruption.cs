using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Cli;

/// <summary>Turns the first Ctrl-C, or a request to terminate, into a cancelled token; a second one ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public Interruption() =>
        registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        ];

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        if (!source.IsCancellationRequested)
        {
            signal.Cancel = true;
            source.Cancel();
        }
    }
}
