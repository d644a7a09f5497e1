using System.Text.Json;
using System.Text.Unicode;

namespace LoRAEnsembleHub.Safetensors.Header;

/// <summary>Reads the header's JSON as strictly as the reference does (serde_json), and refuses duplicate names besides.</summary>
/// <remarks>
/// Where the reference is more lenient than the format, this reader follows it for white space round the object, for unknown fields of an
/// entry and for a null <c>__metadata__</c>; not for entries written as arrays nor for an element type written as an object.
/// </remarks>
internal ref struct HeaderReader
{
    public const string MetadataName = "__metadata__";

    // serde_json stops at the 128th nested container.
    private const int MaxDepth = 127;

    private readonly string file;
    private readonly List<TensorEntry> entries = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private Dictionary<string, string>? metadata;
    private Utf8JsonReader json;

    private HeaderReader(ReadOnlySpan<byte> header, string file)
    {
        this.file = file;
        json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>Reads the header; what it says about offsets and sizes is not yet proved.</summary>
    /// <exception cref="SafetensorsException">The header is not UTF-8, not JSON, or not of the form of a safetensors header.</exception>
    public static FileHeader Read(ReadOnlySpan<byte> header, string file)
    {
        if (!Utf8.IsValid(header))
        {
            throw new SafetensorsException(SafetensorsDefect.HeaderNotUtf8, file, null, "the header is not valid UTF-8.");
        }

        try
        {
            var reader = new HeaderReader(header, file);
            reader.ReadAll();
            return new FileHeader(reader.metadata?.AsReadOnly(), reader.entries);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An escaped lone surrogate is an invalid operation to the JSON reader.
            throw new SafetensorsException(
                SafetensorsDefect.HeaderNotJson,
                file,
                null,
                $"the header is not valid JSON: {exception.Message}",
                exception
            );
        }
    }

    private void ReadAll()
    {
        if (JsonKinds.Next(ref json) != JsonTokenType.StartObject)
        {
            throw Wrong(SafetensorsDefect.HeaderNotJson, null, $"the header is {JsonKinds.Name(json.TokenType)}; it must be an object.");
        }

        while (JsonKinds.Next(ref json) != JsonTokenType.EndObject)
        {
            var name = json.GetString()!;
            var first = names.Add(name);
            json.Read();
            if (name == MetadataName)
            {
                metadata = first ? ReadMetadata() : throw WrongMetadata("appears twice.");
            }
            else
            {
                EnsureWithinLimits(name);
                entries.Add(
                    first
                        ? new EntryReader(file, name).Read(ref json)
                        : throw Wrong(SafetensorsDefect.DuplicateName, name, "the name appears twice.")
                );
            }
        }

        // Only white space may follow; the JSON reader throws at anything else.
        json.Read();
    }

    private Dictionary<string, string>? ReadMetadata()
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw WrongMetadata($"is {JsonKinds.Name(json.TokenType)}; it must be an object.");
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        while (JsonKinds.Next(ref json) != JsonTokenType.EndObject)
        {
            var key = json.GetString()!;
            if (JsonKinds.Next(ref json) != JsonTokenType.String)
            {
                throw WrongMetadata($"{SafetensorsException.Quote(key)} is {JsonKinds.Name(json.TokenType)}; it must be a string.");
            }

            if (!found.TryAdd(key, json.GetString()!))
            {
                throw WrongMetadata($"has the key {SafetensorsException.Quote(key)} twice.");
            }
        }

        return found;
    }

    private readonly void EnsureWithinLimits(string name)
    {
        if (entries.Count == SafetensorsLimits.MaxTensors)
        {
            throw Wrong(SafetensorsDefect.LimitExceeded, null, $"there are more than {SafetensorsLimits.MaxTensors} tensors.");
        }

        if (name.Length > SafetensorsLimits.MaxNameLength)
        {
            var problem = $"the name has {name.Length} characters; at most {SafetensorsLimits.MaxNameLength} are allowed.";
            throw Wrong(SafetensorsDefect.LimitExceeded, name, problem);
        }
    }

    private readonly SafetensorsException WrongMetadata(string problem) =>
        Wrong(SafetensorsDefect.InvalidMetadata, null, $"{MetadataName} {problem}");

    private readonly SafetensorsException Wrong(SafetensorsDefect defect, string? tensor, string problem) =>
        new(defect, file, tensor, problem);
}
