namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>The opcodes of pickle protocols 0 to 5 that matter to a walk, and what follows each opcode.</summary>
/// <remarks>CPython, Lib/pickle.py and Lib/pickletools.py.</remarks>
internal static class PickleOpcode
{
    public const int Mark = '(';
    public const int Stop = '.';
    public const int Pop = '0';
    public const int PopMark = '1';
    public const int Duplicate = '2';
    public const int PersistentId = 'P';
    public const int BinaryPersistentId = 'Q';
    public const int Reduce = 'R';
    public const int String = 'S';
    public const int BinaryString = 'T';
    public const int ShortBinaryString = 'U';
    public const int Unicode = 'V';
    public const int BinaryUnicode = 'X';
    public const int Append = 'a';
    public const int Build = 'b';
    public const int Global = 'c';
    public const int Dict = 'd';
    public const int Appends = 'e';
    public const int Get = 'g';
    public const int BinaryGet = 'h';
    public const int Instance = 'i';
    public const int LongBinaryGet = 'j';
    public const int List = 'l';
    public const int Object = 'o';
    public const int Put = 'p';
    public const int BinaryPut = 'q';
    public const int LongBinaryPut = 'r';
    public const int SetItem = 's';
    public const int Tuple = 't';
    public const int SetItems = 'u';
    public const int Protocol = 0x80;
    public const int NewObject = 0x81;
    public const int Extension1 = 0x82;
    public const int Extension2 = 0x83;
    public const int Extension4 = 0x84;
    public const int Tuple1 = 0x85;
    public const int Tuple2 = 0x86;
    public const int Tuple3 = 0x87;
    public const int ShortBinaryUnicode = 0x8c;
    public const int BinaryUnicode8 = 0x8d;
    public const int AddItems = 0x90;
    public const int FrozenSet = 0x91;
    public const int NewObjectWithKeywords = 0x92;
    public const int StackGlobal = 0x93;
    public const int Memoize = 0x94;
    public const int Frame = 0x95;
    public const int ReadOnlyBuffer = 0x98;

    private static readonly PickleArgument[] arguments = MakeArguments();

    /// <returns>What follows an opcode.</returns>
    /// <param name="opcode">0 to 255.</param>
    public static PickleArgument ArgumentOf(int opcode) => arguments[opcode];

    private static PickleArgument[] MakeArguments()
    {
        var table = new PickleArgument[256];
        Set(PickleArgument.None, "(.012NQR]abdelostu)}"u8);
        Set(PickleArgument.None, [0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x97, 0x98]);
        Set(PickleArgument.Line, "FILPSVgp"u8);
        Set(PickleArgument.TwoLines, "ci"u8);
        Set(PickleArgument.Byte, "Khq"u8);
        Set(PickleArgument.Byte, [0x80, 0x82]);
        Set(PickleArgument.TwoBytes, [(byte)'M', 0x83]);
        Set(PickleArgument.FourBytes, "Jjr"u8);
        Set(PickleArgument.FourBytes, [0x84]);
        Set(PickleArgument.EightBytes, [(byte)'G', 0x95]);
        Set(PickleArgument.ByteRun, "UC"u8);
        Set(PickleArgument.ByteRun, [0x8a, 0x8c]);
        Set(PickleArgument.FourByteRun, "TXB"u8);
        Set(PickleArgument.FourByteRun, [0x8b]);
        Set(PickleArgument.EightByteRun, [0x8d, 0x8e, 0x96]);
        return table;

        void Set(PickleArgument argument, ReadOnlySpan<byte> opcodes)
        {
            foreach (var opcode in opcodes)
            {
                table[opcode] = argument;
            }
        }
    }
}
