using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Undoes JSON's escapes in a text that comes in pieces.</summary>
internal sealed class TextEscapes
{
    private readonly StringBuilder escape = new();
    private char high;

    /// <summary>Whether an escape has begun and not ended.</summary>
    public bool IsOpen => escape.Length > 0;

    /// <summary>Begins an escape, at its backslash.</summary>
    public void Begin() => escape.Append('\\');

    /// <summary>Takes one more byte of an escape.</summary>
    /// <returns>What the escape stands for, once it is complete; empty until then.</returns>
    /// <exception cref="RequestFault">400: JSON knows no such escape.</exception>
    public byte[] Take(byte next)
    {
        escape.Append((char)next);
        if (escape[1] == 'u')
        {
            return escape.Length < 6 ? [] : Unit();
        }

        escape.Clear();
        return (char)next switch
        {
            '"' or '\\' or '/' => [next],
            'b' => [(byte)'\b'],
            'f' => [(byte)'\f'],
            'n' => [(byte)'\n'],
            'r' => [(byte)'\r'],
            't' => [(byte)'\t'],
            _ => throw Broken(),
        };
    }

    /// <summary>Refuses half of a pair of units at the end of the text or before other letters.</summary>
    public void EnsureWhole()
    {
        if (high != 0 || IsOpen)
        {
            throw Broken();
        }
    }

    private static RequestFault Broken() => RequestFault.BadRequest("A 'content' holds an escape that JSON does not know.");

    private byte[] Unit()
    {
        var digits = escape.ToString(2, 4);
        escape.Clear();
        if (!digits.All(char.IsAsciiHexDigit))
        {
            throw Broken();
        }

        var unit = (char)Convert.ToUInt16(digits, 16);
        if (char.IsHighSurrogate(unit) && high == 0)
        {
            high = unit;
            return [];
        }

        if (char.IsSurrogate(unit) != (high != 0) || (high != 0 && !char.IsLowSurrogate(unit)))
        {
            throw Broken();
        }

        var text = high == 0 ? unit.ToString() : new string([high, unit]);
        high = '\0';
        return Encoding.UTF8.GetBytes(text);
    }
}
