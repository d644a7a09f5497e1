using System.Text.Json;

namespace LoRAEnsembleHub.Safetensors.Header;

/// <summary>Reads one tensor's entry of the header.</summary>
internal readonly ref struct EntryReader(string file, string tensor)
{
    // The reference computes digits × power of ten, which reaches infinity a little before the largest double.
    private const double NumberLimit = 1.7976931348623e308;

    /// <summary>Reads the entry whose value the JSON reader stands at, and leaves the reader at its end.</summary>
    /// <exception cref="SafetensorsException">The entry lacks a field, repeats one, or one is not of its kind.</exception>
    public TensorEntry Read(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid($"the entry is {JsonKinds.Name(json.TokenType)}; it must be an object.");
        }

        SafetensorsDtype? dtype = null;
        long[]? shape = null;
        (ulong Begin, ulong End)? offsets = null;
        while (JsonKinds.Next(ref json) != JsonTokenType.EndObject)
        {
            var field = json.GetString()!;
            json.Read();
            switch (field)
            {
                case "dtype":
                    dtype = dtype is null ? ReadDtype(ref json) : throw Twice(field);
                    break;
                case "shape":
                    shape = shape is null ? ReadShape(ref json) : throw Twice(field);
                    break;
                case "data_offsets":
                    offsets = offsets is null ? ReadOffsets(ref json) : throw Twice(field);
                    break;
                default:
                    SkipValue(ref json);
                    break;
            }
        }

        var (begin, end) = offsets ?? throw Missing("data_offsets");
        return new TensorEntry(tensor, dtype ?? throw Missing("dtype"), shape ?? throw Missing("shape"), begin, end);
    }

    private SafetensorsDtype ReadDtype(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            throw Invalid($"dtype is {JsonKinds.Name(json.TokenType)}; it must be a string.");
        }

        var name = json.GetString()!;
        return SafetensorsDtype.TryParse(name, out var dtype)
            ? dtype
            : throw Wrong(SafetensorsDefect.UnknownDtype, $"the dtype {SafetensorsException.Quote(name)} is unknown.");
    }

    private long[] ReadShape(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw Invalid($"shape is {JsonKinds.Name(json.TokenType)}; it must be an array.");
        }

        var sizes = new List<long>();
        while (JsonKinds.Next(ref json) != JsonTokenType.EndArray)
        {
            if (sizes.Count == SafetensorsLimits.MaxRank)
            {
                throw Wrong(SafetensorsDefect.LimitExceeded, $"the shape has more than {SafetensorsLimits.MaxRank} dimensions.");
            }

            var size = ReadInteger(ref json, "shape");
            if (size > long.MaxValue)
            {
                throw Wrong(SafetensorsDefect.ShapeOverflow, $"the shape holds {size}; at most {long.MaxValue} is allowed.");
            }

            sizes.Add((long)size);
        }

        return [.. sizes];
    }

    private (ulong Begin, ulong End) ReadOffsets(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw Invalid($"data_offsets is {JsonKinds.Name(json.TokenType)}; it must be an array of two numbers.");
        }

        Span<ulong> pair = stackalloc ulong[2];
        var count = 0;
        while (JsonKinds.Next(ref json) != JsonTokenType.EndArray)
        {
            if (count == pair.Length)
            {
                throw Invalid("data_offsets has more than two numbers.");
            }

            pair[count++] = ReadInteger(ref json, "data_offsets");
        }

        return count == pair.Length ? (pair[0], pair[1]) : throw Invalid($"data_offsets has {count} numbers; it must have two.");
    }

    private ulong ReadInteger(ref Utf8JsonReader json, string field)
    {
        // 1.0, 1e3 and -0 are numbers to JSON but not integers to the format.
        if (json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out var value))
        {
            return value;
        }

        throw Invalid($"{field} holds {JsonKinds.Show(ref json)}; it must hold whole numbers from 0 to {ulong.MaxValue}.");
    }

    // An unknown field means nothing here, but what it holds must be JSON throughout; the JSON reader leaves two checks to its caller.
    private void SkipValue(ref Utf8JsonReader json)
    {
        var depth = json.CurrentDepth;
        do
        {
            if (json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && json.ValueIsEscaped)
            {
                _ = json.GetString();
            }
            else if (json.TokenType == JsonTokenType.Number && !(json.TryGetDouble(out var number) && Math.Abs(number) < NumberLimit))
            {
                throw Wrong(SafetensorsDefect.HeaderNotJson, "an unknown field holds a number beyond double precision.");
            }
        } while ((json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || json.CurrentDepth > depth) && json.Read());
    }

    private SafetensorsException Missing(string field) => Invalid($"the field {field} is missing.");

    private SafetensorsException Twice(string field) => Invalid($"the field {field} appears twice.");

    private SafetensorsException Invalid(string problem) => Wrong(SafetensorsDefect.InvalidEntry, problem);

    private SafetensorsException Wrong(SafetensorsDefect defect, string problem) => new(defect, file, tensor, problem);
}
