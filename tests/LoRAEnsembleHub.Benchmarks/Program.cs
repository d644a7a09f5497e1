using System.CommandLine;
using LoRAEnsembleHub.Benchmarks.Memory;

var root = new RootCommand("Measures LoRAEnsembleHub on this machine; README.md beside the project says what each measurement shows.")
{
    MemoryCommand.Create(),
    ProbeCommand.Create(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
