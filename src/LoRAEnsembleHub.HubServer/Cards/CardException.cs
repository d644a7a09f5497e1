namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>The metadata of a card are not YAML of the form that hubs read; the message says where and why.</summary>
internal sealed class CardException : Exception
{
    public CardException(string problem, Exception? innerException = null)
        : base(problem, innerException) { }
}
