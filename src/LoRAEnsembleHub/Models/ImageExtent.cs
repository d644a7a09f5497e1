using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Models;

/// <summary>A height and a width in pixels; in config.json one number (a square) or [height, width].</summary>
/// <param name="Height">Rows; 1 or more.</param>
/// <param name="Width">Pixels across; 1 or more.</param>
[JsonConverter(typeof(ImageExtentConverter))]
public readonly record struct ImageExtent(int Height, int Width)
{
    /// <inheritdoc />
    public override string ToString() => $"{Height} × {Width}";
}

/// <summary>Reads one number or a pair; writes one number for a square, as transformers does.</summary>
internal sealed class ImageExtentConverter : JsonConverter<ImageExtent>
{
    public override ImageExtent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            var edge = reader.GetInt32();
            return new ImageExtent(edge, edge);
        }

        var pair = JsonSerializer.Deserialize<int[]>(ref reader, options);
        return pair is [var height, var width]
            ? new ImageExtent(height, width)
            : throw new JsonException("a size must be one whole number or [height, width]");
    }

    public override void Write(Utf8JsonWriter writer, ImageExtent value, JsonSerializerOptions options)
    {
        if (value.Height == value.Width)
        {
            writer.WriteNumberValue(value.Height);
            return;
        }

        writer.WriteStartArray();
        writer.WriteNumberValue(value.Height);
        writer.WriteNumberValue(value.Width);
        writer.WriteEndArray();
    }
}
