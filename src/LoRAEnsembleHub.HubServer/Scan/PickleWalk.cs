namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Walks the opcodes of one pickle to its STOP and notes what it would import; nothing is ever imported, made or called.</summary>
internal sealed class PickleWalk
{
    private readonly PickleBytes bytes;
    private readonly PickleFindings findings;
    private readonly PickleStack stack = new();
    private long opcodes;

    /// <param name="bytes">At the first opcode; behind STOP afterwards.</param>
    /// <param name="findings">Takes the imports.</param>
    public PickleWalk(PickleBytes bytes, PickleFindings findings) => (this.bytes, this.findings) = (bytes, findings);

    /// <summary>Walks to STOP.</summary>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>How it ended.</returns>
    public async ValueTask<WalkEnd> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = bytes.Position;
            var opcode = await bytes.ReadByteAsync(cancellationToken).ConfigureAwait(false);
            if (opcode < 0)
            {
                return new(WalkOutcome.Broken, $"it ends at byte {at} without STOP");
            }

            if (opcode == PickleOpcode.Stop)
            {
                return new(WalkOutcome.Stopped, "");
            }

            if (++opcodes > ScanLimits.Opcodes || stack.Size > ScanLimits.Held || findings.IsFull)
            {
                return new(WalkOutcome.TooLarge, $"it is too large to follow beyond byte {at}");
            }

            if (!await StepAsync(opcode, cancellationToken).ConfigureAwait(false))
            {
                return new(
                    WalkOutcome.Broken,
                    PickleOpcode.ArgumentOf(opcode) == PickleArgument.Unknown
                        ? $"byte {at} is 0x{opcode:x2}, which is no opcode"
                        : $"it ends within the opcode at byte {at}"
                );
            }
        }
    }

    private async ValueTask<bool> StepAsync(int opcode, CancellationToken cancellationToken)
    {
        switch (PickleOpcode.ArgumentOf(opcode))
        {
            case PickleArgument.None:
                Plain(opcode);
                return true;
            case PickleArgument.Byte:
                return Number(opcode, await bytes.ReadNumberAsync(1, cancellationToken).ConfigureAwait(false));
            case PickleArgument.TwoBytes:
                return Number(opcode, await bytes.ReadNumberAsync(2, cancellationToken).ConfigureAwait(false));
            case PickleArgument.FourBytes:
                return Number(opcode, await bytes.ReadNumberAsync(4, cancellationToken).ConfigureAwait(false));
            case PickleArgument.EightBytes:
                return Number(opcode, await bytes.ReadNumberAsync(8, cancellationToken).ConfigureAwait(false));
            case PickleArgument.ByteRun:
                return await RunOfAsync(opcode, 1, cancellationToken).ConfigureAwait(false);
            case PickleArgument.FourByteRun:
                return await RunOfAsync(opcode, 4, cancellationToken).ConfigureAwait(false);
            case PickleArgument.EightByteRun:
                return await RunOfAsync(opcode, 8, cancellationToken).ConfigureAwait(false);
            case PickleArgument.Line:
                return Line(opcode, await bytes.ReadLineAsync(ScanLimits.NameBytes, cancellationToken).ConfigureAwait(false));
            case PickleArgument.TwoLines:
                var module = await bytes.ReadLineAsync(ScanLimits.NameBytes, cancellationToken).ConfigureAwait(false);
                var name = await bytes.ReadLineAsync(ScanLimits.NameBytes, cancellationToken).ConfigureAwait(false);
                return module is not null && name is not null && Import(opcode, TextOf(module.Value), TextOf(name.Value));
            default:
                return false;
        }
    }

    private async ValueTask<bool> RunOfAsync(int opcode, int lengthBytes, CancellationToken cancellationToken)
    {
        if (await bytes.ReadNumberAsync(lengthBytes, cancellationToken).ConfigureAwait(false) is not { } length)
        {
            return false;
        }

        var isText =
            opcode
            is PickleOpcode.ShortBinaryString
                or PickleOpcode.BinaryString
                or PickleOpcode.BinaryUnicode
                or PickleOpcode.ShortBinaryUnicode
                or PickleOpcode.BinaryUnicode8;
        if (await bytes.ReadRunAsync(length, isText ? ScanLimits.NameBytes : 0, cancellationToken).ConfigureAwait(false) is not { } run)
        {
            return false;
        }

        stack.Push(isText ? findings.Kept(TextOf(run)) : null);
        return true;
    }

    private bool Line(int opcode, KeptBytes? line)
    {
        if (line is not { } kept)
        {
            return false;
        }

        switch (opcode)
        {
            case PickleOpcode.String:
                stack.Push(kept.TooLong ? null : findings.Kept(PickleText.Quoted(kept.Bytes.Span)));
                break;
            case PickleOpcode.Unicode:
                stack.Push(kept.TooLong ? null : findings.Kept(PickleText.RawUnicode(kept.Bytes.Span)));
                break;
            case PickleOpcode.Get:
                stack.Recall(IndexOf(kept));
                break;
            case PickleOpcode.Put:
                stack.Remember(IndexOf(kept));
                break;
            default:
                stack.Push(null);
                break;
        }

        return true;
    }

    private bool Number(int opcode, ulong? number)
    {
        if (number is not { } value)
        {
            return false;
        }

        switch (opcode)
        {
            case PickleOpcode.Protocol:
            case PickleOpcode.Frame: // How long a frame claims to be changes nothing: the opcodes in it are walked one by one.
                break;
            case PickleOpcode.BinaryGet:
            case PickleOpcode.LongBinaryGet:
                stack.Recall(value);
                break;
            case PickleOpcode.BinaryPut:
            case PickleOpcode.LongBinaryPut:
                stack.Remember(value);
                break;
            case PickleOpcode.Extension1:
            case PickleOpcode.Extension2:
            case PickleOpcode.Extension4:
                findings.AddExtension(value);
                stack.Push(null);
                break;
            default:
                stack.Push(null);
                break;
        }

        return true;
    }

    private bool Import(int opcode, string? module, string? name)
    {
        findings.Add(module, name);
        if (opcode == PickleOpcode.Instance)
        {
            stack.PopToMark();
        }

        stack.Push(null);
        return true;
    }

    private void Plain(int opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark:
                stack.PushMark();
                break;
            case PickleOpcode.Duplicate:
                stack.Duplicate();
                break;
            case PickleOpcode.Memoize:
                stack.Remember();
                break;
            case PickleOpcode.StackGlobal:
                var name = stack.Pop();
                Import(opcode, stack.Pop(), name);
                break;
            case PickleOpcode.Pop:
            case PickleOpcode.Append:
            case PickleOpcode.Build:
                stack.Pop();
                break;
            case PickleOpcode.SetItem:
                stack.Pop(2);
                break;
            case PickleOpcode.PopMark:
            case PickleOpcode.Appends:
            case PickleOpcode.SetItems:
            case PickleOpcode.AddItems:
                stack.PopToMark();
                break;
            case PickleOpcode.Dict:
            case PickleOpcode.List:
            case PickleOpcode.Tuple:
            case PickleOpcode.Object:
            case PickleOpcode.FrozenSet:
                stack.PopToMark();
                stack.Push(null);
                break;
            case PickleOpcode.BinaryPersistentId:
            case PickleOpcode.Tuple1:
                Replace(1);
                break;
            case PickleOpcode.Reduce:
            case PickleOpcode.NewObject:
            case PickleOpcode.Tuple2:
                Replace(2);
                break;
            case PickleOpcode.NewObjectWithKeywords:
            case PickleOpcode.Tuple3:
                Replace(3);
                break;
            case PickleOpcode.ReadOnlyBuffer:
                break;
            default: // None, True, False, empty containers, an out-of-band buffer.
                stack.Push(null);
                break;
        }
    }

    private void Replace(int count)
    {
        stack.Pop(count);
        stack.Push(null);
    }

    private static string? TextOf(KeptBytes kept) => kept.TooLong ? null : PickleText.Plain(kept.Bytes.Span);

    private static ulong IndexOf(KeptBytes line) =>
        ulong.TryParse(
            line.Bytes.Span,
            System.Globalization.NumberStyles.AllowLeadingWhite | System.Globalization.NumberStyles.AllowTrailingWhite,
            null,
            out var index
        )
            ? index
            : ulong.MaxValue;
}
