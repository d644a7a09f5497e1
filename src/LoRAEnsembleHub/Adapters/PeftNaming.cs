namespace LoRAEnsembleHub.Adapters;

/// <summary>Which spelling of module paths LoRA tensors are written under.</summary>
public enum PeftNaming
{
    /// <summary>Every tensor under both spellings: loads with PEFT on every version of transformers, at twice the size.</summary>
    Both,

    /// <summary>As transformers before 5.9 spells them; on newer versions PEFT drops the updates with no more than a warning.</summary>
    V4,

    /// <summary>As transformers from 5.9 spells them; on older versions PEFT drops the updates with no more than a warning.</summary>
    V5,
}
