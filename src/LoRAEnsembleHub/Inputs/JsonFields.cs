using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Makes the exception for a file: its name, what is wrong, the failure underneath, and whether the bytes are damaged.</summary>
internal delegate Exception InputFault(string file, string message, Exception? inner, bool isMalformed);

/// <summary>The fields of one JSON object, read with errors that name file and field.</summary>
/// <remarks>The errors are of the caller's kind, or <see cref="ImageException"/> where it names none.</remarks>
internal sealed class JsonFields
{
    private readonly string name;
    private readonly InputFault fault;
    private readonly Dictionary<string, JsonElement> fields;

    private JsonFields(string name, InputFault fault, JsonElement root)
    {
        (this.name, this.fault) = (name, fault);
        // Null means "not given" everywhere in these files.
        fields = root.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null).ToDictionary(f => f.Name, f => f.Value);
    }

    public IEnumerable<string> Names => fields.Keys;

    public static byte[] ReadFile(string file, InputFault? fault = null)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw (fault ?? OfImage)(file, $"The config cannot be read: {exception.Message}", exception, false);
        }
    }

    public static JsonFields Parse(ReadOnlyMemory<byte> json, string name, InputFault? fault = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        fault ??= OfImage;
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            using var document = JsonDocument.Parse(json, options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonFields(name, fault, document.RootElement.Clone())
                : throw fault(name, $"The config is a JSON {document.RootElement.ValueKind}; it must be an object.", null, false);
        }
        // A name with half a surrogate pair fails as an invalid operation.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw fault(name, $"The config is not JSON: {exception.Message}", exception, true);
        }
    }

    public bool Has(string field) => fields.ContainsKey(field);

    public JsonElement? Element(string field) => fields.TryGetValue(field, out var value) ? value : null;

    public JsonFields? Object(string field) =>
        Element(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFields(name, fault, value)
        : throw Fault(field, "an object");

    public string? Text(string field) => Element(field) is not { } value ? null : TextOf(value) ?? throw Fault(field, "a string");

    public bool? Flag(string field) =>
        Element(field) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Fault(field, "true or false");

    public double? Number(string field) =>
        Element(field) is not { } value ? null
        : TryNumber(value, out var number) ? number
        : throw Fault(field, "a finite number");

    public int? Whole(string field) =>
        Element(field) is not { } value ? null
        : TryWhole(value, out var whole) ? whole
        : throw Fault(field, "a whole number");

    /// <summary>Three numbers, or one that counts for each channel.</summary>
    public RgbValues? Channels(string field)
    {
        if (Element(field) is not { } value)
        {
            return null;
        }

        var numbers = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : new[] { value, value, value };
        return
            numbers.Length == 3
            && TryNumber(numbers[0], out var red)
            && TryNumber(numbers[1], out var green)
            && TryNumber(numbers[2], out var blue)
            ? new RgbValues(red, green, blue)
            : throw Fault(field, "three finite numbers, or one");
    }

    public Exception Fault(string field, string needed) =>
        fault(name, $"{field} is {fields[field].GetRawText()}; it must be {needed}.", null, false);

    /// <summary>The text of a JSON string; null if it is no string, or holds half a surrogate pair.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static bool TryWhole(JsonElement value, out int whole)
    {
        whole = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out whole);
    }

    private static ImageException OfImage(string file, string message, Exception? inner, bool isMalformed) =>
        new(file, message, inner) { IsMalformed = isMalformed };

    private static bool TryNumber(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number) && double.IsFinite(number);
    }
}
