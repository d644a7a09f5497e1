using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;
using Spectre.Console;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Shows how far a pull or push is, by bytes.</summary>
internal sealed class TransferBar(ProgressTask task, string verb) : IProgress<TransferProgress>
{
    /// <summary>Runs a transfer, with a bar where there is a terminal.</summary>
    /// <param name="session">Whose terminal.</param>
    /// <param name="verb">What is being done, such as <c>Pulling lorae/x</c>.</param>
    /// <param name="work">The transfer.</param>
    public static Task<T> RunAsync<T>(Session session, string verb, Func<IProgress<TransferProgress>?, Task<T>> work) =>
        session.DrawsProgress ? session.TrackAsync(verb, 1, task => work(new TransferBar(task, verb))) : work(null);

    public void Report(TransferProgress value)
    {
        task.MaxValue = Math.Max(1, value.Bytes);
        task.Value = value.BytesDone;
        task.Description = Markup.Escape(
            $"{verb}: {value.FilesDone} of {value.Files} files, {Figures.Bytes(value.BytesDone)} of {Figures.Bytes(value.Bytes)}"
        );
    }
}
