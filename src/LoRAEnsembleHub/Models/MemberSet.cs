using LoRAEnsembleHub.Adapters;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Members that a pretrained model can have attached: what each of them does differently, as a value beside the model.</summary>
public abstract class MemberSet : IDisposable
{
    private int disposed;

    private protected MemberSet(string name, int count) => (Name, Count) = (name, count);

    /// <summary>What the set is called in messages: the folder it was read from, or what its maker chose.</summary>
    public string Name { get; }

    /// <summary>Number of members.</summary>
    public int Count { get; }

    /// <summary>Classes of the members' heads, or null when they use the model's head.</summary>
    public abstract int? Classes { get; }

    /// <summary>Parameters of all members together, heads included.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>Frees the members' numbers. Models that still use the set refuse to run.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Free();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Checks the set against a model and brings it to the form that a forward pass needs.</summary>
    /// <exception cref="AdapterException">Something does not fit; nothing was changed.</exception>
    internal abstract AttachedMembers Compile(AdapterCatalogue catalogue, Device device, ScalarType dtype);

    /// <exception cref="ObjectDisposedException">The set was disposed.</exception>
    internal void ThrowIfDisposed()
    {
        if (Volatile.Read(ref disposed) != 0)
        {
            throw new ObjectDisposedException(GetType().Name, $"{Name} was disposed; keep a set alive as long as a model uses it.");
        }
    }

    /// <summary>Frees every tensor; called once.</summary>
    private protected abstract void Free();
}
