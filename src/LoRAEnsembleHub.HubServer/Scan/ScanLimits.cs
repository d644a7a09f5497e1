namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Bounds that keep a hostile file from asking for much memory or time.</summary>
internal static class ScanLimits
{
    /// <summary>The longest text that is followed as the name of a module or of something in it, in bytes.</summary>
    public const int NameBytes = 512;

    /// <summary>The most opcodes that are walked in one pickle.</summary>
    public const long Opcodes = 100_000_000;

    /// <summary>The most slots of stack and memo together.</summary>
    public const int Held = 2_000_000;

    /// <summary>The most characters of texts that are followed in one file.</summary>
    public const long TextCharacters = 32_000_000;

    /// <summary>The most different imports that are listed.</summary>
    public const int Imports = 4_096;

    /// <summary>The most pickles in a row that are walked in one stream.</summary>
    public const int Pickles = 1_024;

    /// <summary>How many bytes the containers within a file may unpack to, besides <see cref="UnpackedRatio"/> times the file's length.</summary>
    public const long UnpackedBytes = 1L << 30;

    /// <summary>How many times as long as the file its contents may get.</summary>
    public const int UnpackedRatio = 4;

    /// <summary>The largest container within a container, in bytes; it is held in memory.</summary>
    public const int NestedBytes = 64 << 20;

    /// <summary>The most entries of a container.</summary>
    public const int Entries = 100_000;

    /// <summary>How deep containers may lie in containers.</summary>
    public const int Depth = 3;
}
