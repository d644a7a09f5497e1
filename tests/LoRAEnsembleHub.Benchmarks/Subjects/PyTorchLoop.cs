using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LoRAEnsembleHub.Benchmarks.Subjects;

/// <summary>The loop over members in PyTorch, in a process of its own that computes when it is told to (pytorch_forward.py).</summary>
internal sealed class PyTorchLoop : IDisposable
{
    private readonly Process process;

    private PyTorchLoop(Process process, string version) => (this.process, Version) = (process, version);

    /// <summary>PyTorch's version.</summary>
    public string Version { get; }

    /// <summary>Processor time of that process up to its last run.</summary>
    public TimeSpan Used { get; private set; }

    /// <summary>Starts the process and loads base and members.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="baseFolder">The base, with Float32 weights.</param>
    /// <param name="ensembleFolder">Its members.</param>
    /// <param name="threads">Threads of PyTorch.</param>
    /// <param name="pixelsFile">Safetensors file with <c>pixel_values</c>.</param>
    /// <returns>The loop, or null where there is no such interpreter or it has no PyTorch.</returns>
    public static PyTorchLoop? Start(string python, string baseFolder, string ensembleFolder, int threads, string pixelsFile)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "pytorch_forward.py");
        var start = new ProcessStartInfo(python, [script, baseFolder, ensembleFolder, $"{threads}", "serve", pixelsFile])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["OMP_NUM_THREADS"] = $"{threads}" },
        };
        try
        {
            var process = Process.Start(start)!;
            if (process.StandardOutput.ReadLine() is { } version)
            {
                return new PyTorchLoop(process, version);
            }

            process.Dispose(); // its complaint, that there is no torch, stands on standard error
            return null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Computes all members' predictions.</summary>
    public void Run() => Used = TimeSpan.FromSeconds(double.Parse(Ask("run"), CultureInfo.InvariantCulture));

    /// <summary>[members, batch, classes], flattened.</summary>
    public float[] Logits() => JsonSerializer.Deserialize<float[]>(Ask("logits"))!;

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private string Ask(string what)
    {
        process.StandardInput.WriteLine(what);
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("The PyTorch process ended; see what it wrote to standard error.");
    }
}
