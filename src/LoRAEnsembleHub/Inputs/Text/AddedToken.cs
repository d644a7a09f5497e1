namespace LoRAEnsembleHub.Inputs;

/// <summary>A token that is found in a text as it stands, before anything else is done to it.</summary>
/// <param name="Content">How it is spelt.</param>
/// <param name="Id">Its id.</param>
internal sealed record AddedToken(string Content, int Id);
