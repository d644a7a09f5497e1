namespace LoRAEnsembleHub.Training;

/// <summary>What a temperature is fitted for after training.</summary>
public enum TemperatureScope
{
    /// <summary>One for all members, by the likelihood of their aggregated prediction.</summary>
    Joint,

    /// <summary>One for each member, by the likelihood of its own prediction.</summary>
    Member,
}
