using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>What a file calls each element type, and how wide it is.</summary>
public static class SafetensorsDtypes
{
    // In the order of the enumeration.
    private static readonly (string Name, int Bits)[] facts =
    [
        ("BOOL", 8),
        ("F4", 4),
        ("F6_E2M3", 6),
        ("F6_E3M2", 6),
        ("U8", 8),
        ("I8", 8),
        ("F8_E5M2", 8),
        ("F8_E4M3", 8),
        ("F8_E8M0", 8),
        ("F8_E4M3FNUZ", 8),
        ("F8_E5M2FNUZ", 8),
        ("I16", 16),
        ("U16", 16),
        ("F16", 16),
        ("BF16", 16),
        ("I32", 32),
        ("U32", 32),
        ("F32", 32),
        ("C64", 64),
        ("F64", 64),
        ("I64", 64),
        ("U64", 64),
    ];

    private static readonly FrozenDictionary<string, SafetensorsDtype> byName = Enum.GetValues<SafetensorsDtype>()
        .ToFrozenDictionary(dtype => facts[(int)dtype].Name, StringComparer.Ordinal);

    /// <summary>Extends one element type.</summary>
    /// <param name="dtype">The element type; a value of the enumeration.</param>
    extension(SafetensorsDtype dtype)
    {
        /// <summary>The name in the file, for example <c>BF16</c>.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
        public string Name => Facts(dtype).Name;

        /// <summary>Bits per element: 4, 6, 8, 16, 32 or 64. Below 8, elements share bytes.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
        public int BitsPerElement => Facts(dtype).Bits;

        /// <summary>Finds the element type that a file calls by this name; upper and lower case differ.</summary>
        /// <param name="name">The name as in the file, for example <c>BF16</c>.</param>
        /// <param name="parsed">The element type, where there is one.</param>
        /// <returns>Whether there is one.</returns>
        public static bool TryParse([NotNullWhen(true)] string? name, out SafetensorsDtype parsed)
        {
            parsed = default;
            return name is not null && byName.TryGetValue(name, out parsed);
        }
    }

    private static (string Name, int Bits) Facts(SafetensorsDtype dtype) =>
        (int)dtype >= 0 && (int)dtype < facts.Length
            ? facts[(int)dtype]
            : throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Not an element type of safetensors.");
}
