namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What a token is for.</summary>
public enum TokenRole
{
    /// <summary>To read, private repositories included.</summary>
    Read,

    /// <summary>To read and to change.</summary>
    Write,
}
