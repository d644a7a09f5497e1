using System.Globalization;
using TorchSharp;

namespace LoRAEnsembleHub.Native;

/// <summary>Resolves the names of compute devices.</summary>
public static class ComputeDevice
{
    /// <summary>The device of that name, known to be there.</summary>
    /// <param name="name">cpu, cuda (the first one), or cuda:N with N counted from 0; upper and lower case are the same.</param>
    /// <returns>A device on which tensors can be made.</returns>
    /// <exception cref="ComputeDeviceException">The name is none of these, or there is no such device.</exception>
    /// <exception cref="NativeLibraryException">Torch's native libraries do not load.</exception>
    public static torch.Device Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = CudaIndex(name);
        NativeTorch.EnsureLoaded();
        if (index is null)
        {
            return new torch.Device(DeviceType.CPU);
        }

        EnsurePresent(name, index.Value, torch.cuda.is_available() ? torch.cuda.device_count() : 0);
        return new torch.Device(DeviceType.CUDA, index.Value);
    }

    internal static void EnsurePresent(string name, int index, int present)
    {
        if (present == 0)
        {
            throw new ComputeDeviceException(
                name,
                $"Device '{name}' was asked for; only cpu is there. The libtorch in use is the CPU build, or no NVIDIA driver answers: use "
                    + "cpu, or build the program with a libtorch-cuda package in place of libtorch-cpu and run it where nvidia-smi lists a GPU."
            );
        }

        if (index >= present)
        {
            throw new ComputeDeviceException(
                name,
                $"Device '{name}' was asked for; there are cpu and {string.Join(", ", Enumerable.Range(0, present).Select(i => $"cuda:{i}"))}."
            );
        }
    }

    private static int? CudaIndex(string name)
    {
        const string prefix = "cuda:";
        if (name.Equals("cpu", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (name.Equals("cuda", StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        return
            name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new ComputeDeviceException(name, $"'{name}' is no device name; use cpu, cuda, or cuda:N with N counted from 0.");
    }
}
