namespace LoRAEnsembleHub.Native;

/// <summary>A compute device was asked for that is not there, or by a name that is none.</summary>
public sealed class ComputeDeviceException : Exception
{
    internal ComputeDeviceException(string device, string message)
        : base(message) => Device = device;

    /// <summary>The name that was asked for.</summary>
    public string Device { get; }
}
