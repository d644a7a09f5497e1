using System.Runtime.ExceptionServices;

namespace LoRAEnsembleHub.Compute;

/// <summary>Does the same to many items at once, as if one were done after the other.</summary>
internal static class ParallelItems
{
    /// <summary>Does it for 0 … count − 1, on as many processors as there are.</summary>
    /// <param name="count">How many items.</param>
    /// <param name="prepare">Is called for several items at the same time.</param>
    /// <exception cref="Exception">What the first item in order threw that threw at all, as it was thrown.</exception>
    public static void For(int count, Action<int> prepare)
    {
        if (count == 1)
        {
            prepare(0); // starting helpers takes longer than many a text
            return;
        }

        (int Index, ExceptionDispatchInfo? Fault) first = (count, null);
        var gate = new Lock();
        Parallel.For(
            0,
            count,
            (index, state) =>
            {
                try
                {
                    prepare(index);
                }
#pragma warning disable CA1031 // thrown again below, by the thread that asked
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    lock (gate)
                    {
                        if (index < first.Index)
                        {
                            first = (index, ExceptionDispatchInfo.Capture(exception));
                        }
                    }

                    state.Break(); // those before it may still throw, those behind it no longer matter
                }
            }
        );
        first.Fault?.Throw();
    }
}
