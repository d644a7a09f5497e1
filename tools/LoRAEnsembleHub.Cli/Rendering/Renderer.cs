using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>The one place where results and failures are written: results to standard output, everything else to standard error.</summary>
internal sealed class Renderer(OutputFormat format)
{
    private static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = !Console.IsOutputRedirected,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Standard error.</summary>
    public IAnsiConsole Errors { get; } = Consoles.For(Console.Error);

    /// <summary>The JSON of a result, as <c>--json</c> writes it.</summary>
    public static string ToJson(ICommandResult result) => JsonSerializer.Serialize(result, result.GetType(), json);

    /// <summary>Writes a result.</summary>
    /// <returns>What the process ends with.</returns>
    public int Show(ICommandResult result)
    {
        switch (format)
        {
            case OutputFormat.Json:
                Console.Out.Write(ToJson(result) + "\n");
                break;
            case OutputFormat.Csv:
                Console.Out.Write(Csv.Write(((ITabularResult)result).ToRows()));
                break;
            case OutputFormat.Quiet:
                foreach (var line in result.ToQuietLines())
                {
                    Console.Out.Write(Printable.Of(line) + "\n");
                }

                break;
            default:
                WriteText(result);
                break;
        }

        return (int)result.ToExitCode();
    }

    /// <summary>Writes a failure.</summary>
    /// <returns>What the process ends with.</returns>
    public int Show(Failure failure)
    {
        if (format == OutputFormat.Json)
        {
            var document = new
            {
                error = new
                {
                    failure.Kind,
                    failure.Message,
                    failure.Hint,
                },
            };
            Console.Out.Write(JsonSerializer.Serialize(document, json) + "\n");
            return (int)failure.ExitCode;
        }

        Say("error", Color.Red, failure.Message);
        if (failure.Hint is { } hint)
        {
            Say("hint", Color.Blue, hint);
        }

        return (int)failure.ExitCode;
    }

    private static void WriteText(ICommandResult result)
    {
        if (!Console.IsOutputRedirected)
        {
            BlockWriter.Write(Consoles.For(Console.Out), result.ToBlocks());
            return;
        }

        // cells are padded to the width of their column; at the end of a line that is only noise
        using var text = new StringWriter { NewLine = "\n" };
        BlockWriter.Write(Consoles.For(text), result.ToBlocks());
        Console.Out.Write(string.Join('\n', text.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd(' '))));
    }

    private void Say(string word, Color color, string text)
    {
        Errors.Write(new Text($"{word}: ", new Style(color)));
        Errors.Write(new Text(Printable.Of(text) + "\n"));
    }
}
