using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Position embeddings of spectrograms: one row per patch, frequency-major, behind those of the two special tokens.</summary>
/// <remarks>
/// Clips of another length than the table is for take its middle when they are shorter and a bilinearly stretched table when they are
/// longer, as the original does (Gong et al. 2021, ast_models.py). transformers does neither.
/// </remarks>
internal static class AstPositions
{
    /// <summary>The same parameters when their table has the length of the config; else new ones with a table that has, and the old ones are freed.</summary>
    public static ParameterSet Fitted(ParameterSet parameters, AstConfig config)
    {
        var stored = parameters[PatchEncoderLayout.Positions];
        var fits = stored.size(1) == AstLayout.PrefixTokens + ((long)config.FrequencyPatches * config.TimePatches);
        if (fits)
        {
            return parameters;
        }

        using var quiet = no_grad();
        var table = Of(stored, config, config.TimePatches).DetachFromDisposeScope();
        var fitted = parameters.With(new Dictionary<string, Tensor> { [PatchEncoderLayout.Positions] = table }, []);
        parameters.Dispose();
        return fitted;
    }

    /// <summary>The table for so many patches along the time axis.</summary>
    /// <param name="stored">[1, tokens, hidden] with the config's patches along the frequency axis.</param>
    /// <param name="config">The config.</param>
    /// <param name="timePatches">Patches along the time axis; 1 or more.</param>
    /// <returns>[1, tokens, hidden], in the caller's scope.</returns>
    public static Tensor Of(Tensor stored, AstConfig config, int timePatches)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (config.FrequencyPatches, (stored.size(1) - AstLayout.PrefixTokens) / config.FrequencyPatches);
        if (columns == timePatches)
        {
            return stored.alias().MoveToOuterDisposeScope();
        }

        var grid = stored.narrow(1, AstLayout.PrefixTokens, rows * columns).view(1, rows, columns, -1).permute(0, 3, 1, 2); // [1, hidden, frequency, time]
        var fitted =
            timePatches < columns
                ? grid.narrow(3, (columns / 2) - (timePatches / 2), timePatches)
                : nn
                    .functional.interpolate(
                        grid.to(ScalarType.Float32),
                        size: [rows, timePatches],
                        mode: InterpolationMode.Bilinear,
                        align_corners: false
                    )
                    .to(stored.dtype);
        var flat = fitted.permute(0, 2, 3, 1).reshape(1, rows * timePatches, -1); // [1, patches, hidden]
        return cat([stored.narrow(1, 0, AstLayout.PrefixTokens), flat], 1).MoveToOuterDisposeScope();
    }
}
