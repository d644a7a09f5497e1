using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>The one place where results and failures are written: results to standard output, everything else to standard error.</summary>
internal sealed class Renderer(OutputFormat format)
{
    private const string UnwritableOutput = "output";

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
                Print(ToJson(result) + "\n");
                break;
            case OutputFormat.Csv:
                Print(Csv.Write(((ITabularResult)result).ToRows()));
                break;
            case OutputFormat.Quiet:
                Print(string.Concat(result.ToQuietLines().Select(line => Printable.Of(line) + "\n")));
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
        if (format == OutputFormat.Json && failure.Kind != UnwritableOutput)
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
            try
            {
                Print(JsonSerializer.Serialize(document, json) + "\n");
                return (int)failure.ExitCode;
            }
            catch (CommandException)
            {
                // Standard error is what is left to say it on.
            }
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

        Block[] blocks = [.. result.ToBlocks()];
        if (PlainText.Of(blocks) is { } plain)
        {
            Print(plain);
            return;
        }

        // cells are padded to the width of their column; at the end of a line that is only noise
        using var text = new StringWriter { NewLine = "\n" };
        BlockWriter.Write(Consoles.For(text), blocks);
        Print(string.Join('\n', text.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd(' '))));
    }

    // A reader that went away (head, less) is no failure and throws nothing; a full disk is one.
    private static void Print(string text)
    {
        try
        {
            Console.Out.Write(text);
        }
        catch (IOException exception)
        {
            throw new CommandException(UnwritableOutput, $"Standard output cannot be written: {exception.Message}", null);
        }
    }

    private void Say(string word, Color color, string text)
    {
        Errors.Write(new Text($"{word}: ", new Style(color)));
        Errors.Write(new Text(Printable.Of(text) + "\n"));
    }
}
