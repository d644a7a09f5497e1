using System.Globalization;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Lists of members on the command line, such as 2,0.</summary>
internal static class MemberNumbers
{
    /// <summary>Reads a list.</summary>
    /// <param name="text">Numbers from 0 between commas, each once; or null.</param>
    /// <param name="option">Where it was given, for messages.</param>
    /// <param name="count">How many members there are.</param>
    /// <returns>The members in the order given, or null.</returns>
    /// <exception cref="CommandException">The text is no list of members.</exception>
    public static int[]? Read(string? text, string option, int count)
    {
        if (text is null)
        {
            return null;
        }

        var numbers = new List<int>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (
                !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number >= count
                || numbers.Contains(number)
            )
            {
                throw CommandException.Usage(
                    $"{option} is {text}; it must list members by their numbers, 0 to {count - 1}, each once, such as {option} 0,{count - 1}."
                );
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
