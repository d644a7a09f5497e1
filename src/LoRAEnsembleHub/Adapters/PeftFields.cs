using System.Text.Json;

namespace LoRAEnsembleHub.Adapters;

/// <summary>Fields of an adapter_config.json; one of the wrong kind is refused by its name.</summary>
internal sealed class PeftFields(JsonElement root, string place)
{
    /// <summary>Reads a field.</summary>
    /// <param name="name">The field.</param>
    /// <param name="needed">What it must be, for messages.</param>
    /// <param name="read">Turns the value into what is wanted; never sees null.</param>
    /// <param name="otherwise">What a field that is absent or null means.</param>
    /// <exception cref="AdapterException">The value is of another kind.</exception>
    public T Read<T>(string name, string needed, Func<JsonElement, T> read, T otherwise)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return otherwise;
        }

        try
        {
            return read(value);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new AdapterException($"{place}: {name} is {value.GetRawText()}; it must be {needed}. {e.Message}", e);
        }
    }
}
