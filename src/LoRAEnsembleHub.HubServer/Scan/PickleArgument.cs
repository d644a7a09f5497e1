namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>What follows an opcode of a pickle in the file.</summary>
internal enum PickleArgument
{
    /// <summary>No such opcode.</summary>
    Unknown,

    /// <summary>Nothing.</summary>
    None,

    /// <summary>A line.</summary>
    Line,

    /// <summary>Two lines: module and name.</summary>
    TwoLines,

    /// <summary>One byte.</summary>
    Byte,

    /// <summary>Two bytes.</summary>
    TwoBytes,

    /// <summary>Four bytes.</summary>
    FourBytes,

    /// <summary>Eight bytes.</summary>
    EightBytes,

    /// <summary>A length of one byte, and as many bytes.</summary>
    ByteRun,

    /// <summary>A length of four bytes, and as many bytes.</summary>
    FourByteRun,

    /// <summary>A length of eight bytes, and as many bytes.</summary>
    EightByteRun,
}
