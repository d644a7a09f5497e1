using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Data;

/// <summary>Batches that are prepared on another thread while the model computes with those before them.</summary>
/// <remarks>
/// They come in the order asked for, and are what <see cref="LabeledExamples.Batch"/> gives. One waits and one is being prepared at most, so memory
/// does not grow with the data. What cannot be prepared is told of when its turn comes.
/// </remarks>
internal sealed class BatchesAhead : IDisposable
{
    private const int Waiting = 1;

    private readonly BlockingCollection<Prepared> ready = new(Waiting);
    private readonly CancellationTokenSource stopping = new();
    private readonly Thread worker;

    /// <summary>Begins to prepare.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="wanted">The batches, and the pass that random changes are drawn for; gone through on the other thread.</param>
    public BatchesAhead(LabeledExamples examples, IEnumerable<(int[] Indices, int? Epoch)> wanted)
    {
        worker = new Thread(() => Prepare(examples, wanted)) { IsBackground = true, Name = "batches ahead" };
        worker.Start();
    }

    /// <summary>Waits for the next batch.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The batch; its tensors are in the caller's scope.</returns>
    /// <exception cref="InvalidOperationException">All batches were taken.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public PreparedBatch Next(CancellationToken cancellationToken = default)
    {
        var next = ready.Take(cancellationToken);
        next.Fault?.Throw();
        return new PreparedBatch(next.Indices, next.Epoch, LabeledExamples.ToTensors(next.Arrays));
    }

    /// <summary>Stops the preparing, once the batch in the making is done.</summary>
    public void Dispose()
    {
        stopping.Cancel();
        worker.Join();
        ready.Dispose();
        stopping.Dispose();
    }

    private void Prepare(LabeledExamples examples, IEnumerable<(int[] Indices, int? Epoch)> wanted)
    {
        try
        {
            foreach (var (indices, epoch) in wanted)
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                ready.Add(new Prepared(indices, epoch, examples.Arrays(indices, epoch), null), stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // nobody takes any more
        }
#pragma warning disable CA1031 // thrown again where the batch is asked for
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Tell(ExceptionDispatchInfo.Capture(exception));
        }
        finally
        {
            ready.CompleteAdding();
        }
    }

    private void Tell(ExceptionDispatchInfo fault)
    {
        try
        {
            ready.Add(new Prepared([], null, [], fault), stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // nobody asks any more
        }
    }

    private sealed record Prepared(int[] Indices, int? Epoch, IReadOnlyList<InputArray> Arrays, ExceptionDispatchInfo? Fault);
}

/// <summary>A batch ready for the model.</summary>
/// <param name="Indices">Which examples, in the order of the batch.</param>
/// <param name="Epoch">The pass that random changes were drawn for, or null for none.</param>
/// <param name="Inputs">Tensors by transformers' input names, batch first.</param>
internal sealed record PreparedBatch(int[] Indices, int? Epoch, IReadOnlyDictionary<string, Tensor> Inputs);
