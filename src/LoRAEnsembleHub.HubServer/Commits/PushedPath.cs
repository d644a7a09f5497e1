namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Decides whether a file may be pushed under a name: what every client may pull, and nothing that git keeps for itself.</summary>
internal static class PushedPath
{
    /// <exception cref="RequestFault">422: the name is refused.</exception>
    public static void Check(string path)
    {
        var complaint =
            RepoPath.Complaint(path)
            ?? (path.Split('/').Any(part => part.Equals(".git", StringComparison.OrdinalIgnoreCase)) ? "'.git' belongs to git" : null);
        if (complaint is not null)
        {
            throw RequestFault.Unprocessable($"The file name '{HubText.Shown(path)}' is refused: {complaint}.");
        }
    }
}
