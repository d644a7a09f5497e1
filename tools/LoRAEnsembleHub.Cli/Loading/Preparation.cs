using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Finds how pictures are prepared: as asked, else as the ensemble says, else as the base says.</summary>
internal static class Preparation
{
    public static (ImageProcessor Processor, string Source) Of(ModelRequest request, string? asked)
    {
        if (asked is not null)
        {
            Need.FileOrFolder(asked, "--preprocessor");
            return (ImageProcessor.Load(asked), asked);
        }

        var own = request.Ensemble is null ? null : Path.Combine(request.Ensemble, ImageProcessorConfig.FileName);
        var source = own is not null && File.Exists(own) ? own : request.Base;
        try
        {
            return (ImageProcessor.Load(source), source);
        }
        catch (ImageException e)
        {
            throw new CommandException(
                e.IsMalformed ? "malformed_file" : "image",
                e.Message,
                $"--preprocessor names another {ImageProcessorConfig.FileName}.",
                e.IsMalformed ? ExitCode.Integrity : ExitCode.Failed
            );
        }
    }
}
