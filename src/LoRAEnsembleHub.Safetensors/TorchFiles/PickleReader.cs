using System.Buffers.Binary;
using System.Text;

namespace LoRAEnsembleHub.Safetensors.TorchFiles;

/// <summary>Interprets the part of the pickle language that dictionaries and lists of tensors are written in.</summary>
/// <remarks>
/// CPython, Lib/pickletools.py, protocols 2 to 5. Time and memory are bounded by the number of instructions: each makes one small value
/// besides its own bytes, and values are shared by reference.
/// </remarks>
/// <param name="program">The pickle.</param>
/// <param name="file">What messages call the file.</param>
internal sealed class PickleReader(byte[] program, string file)
{
    private const int HighestProtocol = 5;

    // A tensor takes about 25.
    private const int MostInstructions = 2_000_000;

    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = new();
    private readonly Dictionary<long, object?> memo = [];
    private int place;

    /// <summary>Runs to the end of the program.</summary>
    /// <returns>
    /// The value: null, bool, long, double, string, object?[] for a tuple, <see cref="PickledList"/>, <see cref="PickledDictionary"/>,
    /// <see cref="PickledTensor"/>.
    /// </returns>
    /// <exception cref="TorchFileException">The program is malformed or does what is not allowed.</exception>
    public object? Read()
    {
        for (var instruction = 0; instruction < MostInstructions; instruction++)
        {
            var code = (Opcode)Byte();
            if (code == Opcode.Stop)
            {
                return Pop();
            }

            Run(code);
        }

        throw Wrong($"its pickle has more than {MostInstructions} instructions; tensors do not need so many.");
    }

    private void Run(Opcode code)
    {
        switch (code)
        {
            case Opcode.Protocol:
                if (Byte() is > HighestProtocol and var protocol)
                {
                    throw Wrong($"its pickle is of protocol {protocol}; up to {HighestProtocol} are read.");
                }

                break;
            case Opcode.Frame:
                Bytes(sizeof(long));
                break;
            case Opcode.Mark:
                marks.Push(stack.Count);
                break;
            case Opcode.None:
                stack.Add(null);
                break;
            case Opcode.True:
                stack.Add(true);
                break;
            case Opcode.False:
                stack.Add(false);
                break;
            case Opcode.Int32:
                stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int))));
                break;
            case Opcode.UInt8:
                stack.Add((long)Byte());
                break;
            case Opcode.UInt16:
                stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort))));
                break;
            case Opcode.Long:
                stack.Add(Integer(Bytes(Byte())));
                break;
            case Opcode.Double:
                stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Bytes(sizeof(double))));
                break;
            case Opcode.ShortText:
                stack.Add(Text(Byte()));
                break;
            case Opcode.Text:
                stack.Add(Text(Length()));
                break;
            case Opcode.EmptyTuple:
                stack.Add(Array.Empty<object?>());
                break;
            case Opcode.Tuple1:
                stack.Add(Top(1));
                break;
            case Opcode.Tuple2:
                stack.Add(Top(2));
                break;
            case Opcode.Tuple3:
                stack.Add(Top(3));
                break;
            case Opcode.Tuple:
                stack.Add(Marked());
                break;
            case Opcode.EmptyList:
                stack.Add(new PickledList());
                break;
            case Opcode.EmptyDictionary:
                stack.Add(new PickledDictionary());
                break;
            case Opcode.Append:
                Append([Pop()]);
                break;
            case Opcode.Appends:
                Append(Marked());
                break;
            case Opcode.SetItem:
                Set(Top(2));
                break;
            case Opcode.SetItems:
                Set(Marked());
                break;
            case Opcode.Put:
                memo[Byte()] = Peek();
                break;
            case Opcode.LongPut:
                memo[BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)))] = Peek();
                break;
            case Opcode.Memoize:
                memo[memo.Count] = Peek();
                break;
            case Opcode.Get:
                stack.Add(Remembered(Byte()));
                break;
            case Opcode.LongGet:
                stack.Add(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)))));
                break;
            case Opcode.Global:
                var (module, name) = (Line(), Line());
                stack.Add(PickleCalls.Find(module, name, file));
                break;
            case Opcode.StackGlobal:
                stack.Add(
                    Top(2) is [string from, string what]
                        ? PickleCalls.Find(from, what, file)
                        : throw Wrong("its pickle refers to a name that is no text.")
                );
                break;
            case Opcode.Reduce:
                stack.Add(
                    Top(2) is [var called, object?[] arguments]
                        ? PickleCalls.Call(called, arguments, file)
                        : throw Wrong("its pickle makes a call without arguments.")
                );
                break;
            case Opcode.Build:
                // an ordered dictionary of a module carries versions of its parts, which tensors do not need
                if (Top(2) is not [PickledDictionary dictionary, PickledDictionary])
                {
                    throw Wrong("its pickle sets the state of an object that is no dictionary.");
                }

                stack.Add(dictionary);
                break;
            case Opcode.PersistentId:
                stack.Add(PickleCalls.Storage(Pop(), file));
                break;
            default:
                throw Wrong(
                    $"its pickle holds the instruction 0x{(byte)code:X2} at byte {place - 1}, which dictionaries and lists of tensors do not need; it is not carried out."
                );
        }
    }

    private void Append(object?[] items)
    {
        if (Peek() is not PickledList list)
        {
            throw Wrong("its pickle appends to something that is no list.");
        }

        list.AddRange(items);
    }

    private void Set(object?[] items)
    {
        if (Peek() is not PickledDictionary dictionary || items.Length % 2 != 0)
        {
            throw Wrong("its pickle sets items of something that is no dictionary, or a key without a value.");
        }

        for (var index = 0; index < items.Length; index += 2)
        {
            dictionary.Add(new(items[index], items[index + 1]));
        }
    }

    private object?[] Marked() =>
        marks.TryPop(out var mark) && mark <= stack.Count
            ? Top(stack.Count - mark)
            : throw Wrong("its pickle ends a group that it did not begin.");

    private object?[] Top(int count)
    {
        if (stack.Count < count)
        {
            throw Empty();
        }

        object?[] items = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private object? Pop() => Top(1)[0];

    private object? Peek() => stack.Count > 0 ? stack[^1] : throw Empty();

    private object? Remembered(long key) =>
        memo.TryGetValue(key, out var value) ? value : throw Wrong($"its pickle uses the value {key}, which it did not keep.");

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > program.Length - place)
        {
            throw Wrong("its pickle ends in the middle of an instruction.");
        }

        place += count;
        return program.AsSpan(place - count, count);
    }

    private int Length() =>
        BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint))) is <= int.MaxValue and var length
            ? (int)length
            : throw Wrong("its pickle announces a text longer than itself.");

    private string Text(int length) => Encoding.UTF8.GetString(Bytes(length));

    private string Line()
    {
        var end = program.AsSpan(place).IndexOf((byte)'\n');
        if (end < 0)
        {
            throw Wrong("its pickle ends in the middle of a name.");
        }

        var line = Text(end);
        place++;
        return line;
    }

    private long Integer(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
        {
            throw Wrong("its pickle holds an integer of more than 64 bits.");
        }

        var value = bytes.Length > 0 && bytes[^1] > sbyte.MaxValue ? -1L : 0L;
        for (var index = bytes.Length - 1; index >= 0; index--)
        {
            value = (value << 8) | bytes[index];
        }

        return value;
    }

    private TorchFileException Empty() => Wrong("its pickle takes more values than it made.");

    private TorchFileException Wrong(string problem) => new(file, problem);

    private enum Opcode : byte
    {
        Mark = (byte)'(',
        EmptyTuple = (byte)')',
        Stop = (byte)'.',
        Double = (byte)'G',
        Int32 = (byte)'J',
        UInt8 = (byte)'K',
        UInt16 = (byte)'M',
        None = (byte)'N',
        PersistentId = (byte)'Q',
        Reduce = (byte)'R',
        Text = (byte)'X',
        EmptyList = (byte)']',
        Append = (byte)'a',
        Build = (byte)'b',
        Global = (byte)'c',
        Appends = (byte)'e',
        Get = (byte)'h',
        LongGet = (byte)'j',
        Put = (byte)'q',
        LongPut = (byte)'r',
        SetItem = (byte)'s',
        Tuple = (byte)'t',
        SetItems = (byte)'u',
        EmptyDictionary = (byte)'}',
        Protocol = 0x80,
        Tuple1 = 0x85,
        Tuple2 = 0x86,
        Tuple3 = 0x87,
        True = 0x88,
        False = 0x89,
        Long = 0x8A,
        ShortText = 0x8C,
        StackGlobal = 0x93,
        Memoize = 0x94,
        Frame = 0x95,
    }
}
