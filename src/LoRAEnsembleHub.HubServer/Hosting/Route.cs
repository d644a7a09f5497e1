namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Answers one request.</summary>
internal delegate Task RouteHandler(Exchange exchange);

/// <summary>A handler, and what the path told.</summary>
/// <param name="Handler">What answers.</param>
/// <param name="Repo">The repository in the path.</param>
/// <param name="Type">The type of repository in the path.</param>
/// <param name="Rest">The parts of the path after the word that chose the handler.</param>
/// <param name="IsOwn">Whether it is one of the addresses that the server itself hands out, which bring their own proof.</param>
internal sealed record Route(RouteHandler Handler, RepoId? Repo, RepoType? Type, IReadOnlyList<string> Rest, bool IsOwn);
