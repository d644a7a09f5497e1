namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Looks for dangerous imports in bytes whose opcodes cannot be walked, by the look of them.</summary>
/// <remarks>
/// Raw arrays lie amid the opcodes of a joblib file, and after the pickles of an old torch file. Found are imports written in one piece: GLOBAL
/// and INST with their two lines, and two texts right before STACK_GLOBAL. Only names that the table calls dangerous count, since
/// anything else may be chance.
/// </remarks>
internal static class ImportSweep
{
    private const int Longest = 128; // Dangerous names are short.
    private const int Overlap = 2 * (Longest + 8);

    /// <summary>Sweeps to the end.</summary>
    /// <param name="stream">Read from its present position.</param>
    /// <param name="findings">Takes the dangerous imports.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static async Task RunAsync(Stream stream, PickleFindings findings, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        var held = 0;
        while (true)
        {
            var count = await stream
                .ReadAtLeastAsync(buffer.AsMemory(held), 1, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            var end = held + count;
            var starts = count == 0 ? end : Math.Max(0, end - Overlap);
            Sweep(buffer.AsSpan(0, end), starts, findings);
            if (count == 0)
            {
                return;
            }

            held = end - starts;
            buffer.AsSpan(starts, held).CopyTo(buffer);
        }
    }

    private static void Sweep(ReadOnlySpan<byte> bytes, int starts, PickleFindings findings)
    {
        for (var at = 0; at < starts; at++)
        {
            var rest = bytes[(at + 1)..];
            string? module = null;
            string? name = null;
            switch (bytes[at])
            {
                case PickleOpcode.Global or PickleOpcode.Instance when TryLine(ref rest, out module):
                    TryLine(ref rest, out name);
                    break;
                case PickleOpcode.ShortBinaryUnicode or PickleOpcode.ShortBinaryString or PickleOpcode.BinaryUnicode:
                    rest = bytes[at..];
                    if (
                        !TryText(ref rest, out module)
                        || !TryText(ref rest, out name)
                        || rest.IsEmpty
                        || rest[0] != PickleOpcode.StackGlobal
                    )
                    {
                        name = null;
                    }

                    break;
            }

            if (module is not null && name is not null && ImportTable.Rate(module, name) == ImportRating.Dangerous)
            {
                findings.Add(module, name);
            }
        }
    }

    private static bool TryLine(ref ReadOnlySpan<byte> rest, out string? text)
    {
        var length = rest[..Math.Min(rest.Length, Longest)].IndexOf((byte)'\n');
        text = length > 0 ? NameOf(rest[..length]) : null;
        rest = length > 0 ? rest[(length + 1)..] : rest;
        return text is not null;
    }

    // A text, perhaps followed by the opcodes that remember it.
    private static bool TryText(ref ReadOnlySpan<byte> rest, out string? text)
    {
        text = null;
        var head = rest.Length > 0 && rest[0] == PickleOpcode.BinaryUnicode ? 5 : 2;
        if (rest.Length < head)
        {
            return false;
        }

        var isText =
            rest[0] is PickleOpcode.ShortBinaryUnicode or PickleOpcode.ShortBinaryString
            || (head == 5 && rest[2..5].IndexOfAnyExcept((byte)0) < 0);
        var length = rest[1];
        if (!isText || length is 0 or > Longest || rest.Length < head + length)
        {
            return false;
        }

        text = NameOf(rest.Slice(head, length));
        rest = rest[(head + length)..];
        if (rest.Length > 0 && rest[0] == PickleOpcode.Memoize)
        {
            rest = rest[1..];
        }
        else if (rest.Length > 1 && rest[0] == PickleOpcode.BinaryPut)
        {
            rest = rest[2..];
        }

        return text is not null;
    }

    private static string? NameOf(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (!char.IsAsciiLetterOrDigit((char)value) && value is not ((byte)'_' or (byte)'.'))
            {
                return null;
            }
        }

        return PickleText.Plain(bytes);
    }
}
