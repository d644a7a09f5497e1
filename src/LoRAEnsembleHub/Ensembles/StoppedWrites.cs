using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>What a process that was killed while it wrote an ensemble or a checkpoint leaves behind: temporary siblings of their files.</summary>
/// <remarks>Their names are those that safetensors and text files are written under before they are renamed.</remarks>
internal static partial class StoppedWrites
{
    /// <summary>Removes them from a folder and the members' folders in it; nothing else is touched. A folder that is not there has none.</summary>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (
            var place in Directory
                .GetDirectories(folder, "member-*")
                .Append(Path.Combine(folder, EnsembleMethod.SharedFolder))
                .Prepend(folder)
                .Where(Directory.Exists)
        )
        {
            foreach (var file in Directory.GetFiles(place).Where(file => Temporary().IsMatch(Path.GetFileName(file))))
            {
                File.Delete(file);
            }
        }
    }

    [GeneratedRegex(
        @"^\.(adapter_model\.safetensors|adapter_config\.json|model\.safetensors|config\.json|heads\.safetensors|batch_ensemble\.safetensors|batch_ensemble\.json|lora_ensemble\.json|preprocessor_config\.json|vocab\.txt|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|README\.md|run\.json|training_log\.json|state\.safetensors)\.[a-z0-9]{8}\.[a-z0-9]{3}$"
    )]
    private static partial Regex Temporary();
}
