namespace LoRAEnsembleHub.Data;

/// <summary>One input that is to be predicted: a file, or a text.</summary>
/// <param name="Source">The file's path, or where the text comes from.</param>
/// <param name="Text">The text, or null for a file.</param>
public sealed record InputItem(string Source, string? Text);
