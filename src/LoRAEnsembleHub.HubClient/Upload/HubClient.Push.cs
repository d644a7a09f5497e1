namespace LoRAEnsembleHub.Hub;

public sealed partial class HubClient
{
    /// <summary>Sends a folder or a file to a repository as a commit.</summary>
    /// <param name="repo">The repository; made if there is none, unless the options forbid it.</param>
    /// <param name="source">A folder, whose files are pushed below <see cref="PushOptions.PathInRepo"/>, or one file.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Is told of bytes and files as they are sent.</param>
    /// <param name="cancellationToken">Stops the push; large files that were stored whole or in part are not sent again by the next.</param>
    /// <returns>What was done. If nothing had changed no commit is made.</returns>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.LocalFile"/>: a file is missing, unreadable, changes meanwhile, or is a link that leads out of the folder.
    /// <see cref="HubErrorKind.UnsafeName"/>: a name cannot be in a repository. <see cref="HubErrorKind.Conflict"/>: the branch is not where
    /// <see cref="PushOptions.Parent"/> says. <see cref="HubErrorKind.BadRequest"/>: the hub does not take the card or a file. Otherwise as the
    /// hub or the way to it failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The push was cancelled.</exception>
    /// <remarks>
    /// Every file is read and every name checked before the hub is asked for anything, and a commit is made only after all of its bytes are
    /// there. Bytes are hashed again while they leave, so that what is committed is what was looked at.
    /// </remarks>
    public Task<PushResult> PushAsync(
        RepoId repo,
        string source,
        PushOptions? options = null,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(repo);
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        return new Pusher(this, repo, (options ?? new()).Checked()).RunAsync(source, progress, cancellationToken);
    }
}
