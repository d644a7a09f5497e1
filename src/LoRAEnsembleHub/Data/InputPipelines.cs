using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Finds out what kind of input a checkpoint takes; the one place where kinds are told apart.</summary>
public static class InputPipelines
{
    /// <summary>Reads how a checkpoint's inputs are prepared.</summary>
    /// <param name="place">The folder of a base or an ensemble, or one of the files that say how inputs are prepared.</param>
    /// <param name="options">Choices of the user; null takes the defaults.</param>
    /// <exception cref="ImageException">There is no such file, or it is refused.</exception>
    public static InputPipeline Load(string place, InputOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        return new ImagePipeline(place, options ?? InputOptions.Default);
    }

    /// <summary>Whether a folder says how inputs are prepared; an ensemble need not, then its base does.</summary>
    /// <param name="folder">The folder of a base or an ensemble.</param>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, ImageProcessorConfig.FileName));
}
