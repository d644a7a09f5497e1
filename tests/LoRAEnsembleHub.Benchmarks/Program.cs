using System.CommandLine;
using LoRAEnsembleHub.Benchmarks.Memory;
using LoRAEnsembleHub.Benchmarks.Speed;

var root = new RootCommand("Measures LoRAEnsembleHub on this machine; README.md beside the project says what each measurement shows.")
{
    MemoryCommand.Create(),
    ProbeCommand.Create(),
    ForwardCommand.Create(),
    StepCommand.Create(),
    CurvesCommand.Create(),
    LoadCommand.Create(),
    InputsCommand.Create(),
    TransfersCommand.Create(),
    PrecisionCommand.Create(),
    AdaptiveCommand.Create(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
