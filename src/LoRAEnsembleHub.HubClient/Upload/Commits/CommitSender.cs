using System.Net;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub;

/// <summary>Makes a commit on a hub, once, also where the answer gets lost.</summary>
/// <remarks>
/// A commit is not a request that may simply be sent again. After an answer that did not arrive, the repository is looked at; only if the
/// commit is not there is it sent again, and then on condition that the branch still stands where it was seen, so that a first try that was
/// only late cannot be made twice.
/// </remarks>
internal sealed partial class CommitSender(HubClient hub, UploadProgress progress)
{
    private const int LongestAnswerBytes = 1 << 20;

    private readonly RetrySchedule schedule = new(hub.Options.Chance);

    /// <summary>Makes a commit.</summary>
    /// <exception cref="HubException">
    /// <see cref="HubErrorKind.Conflict"/>: the branch moved. <see cref="HubErrorKind.LocalFile"/>: a file changed. Otherwise as the hub said.
    /// </exception>
    public async Task<MadeCommit> SendAsync(
        CommitTarget target,
        CommitMessage message,
        IReadOnlyList<CommitOperation> operations,
        CancellationToken cancellationToken
    )
    {
        var search = new CommitSearch(hub, target, message, operations);
        await search.StartAsync(cancellationToken).ConfigureAwait(false);
        var parent = target.Parent;
        var bytes = progress.Begin();
        var inline = operations.OfType<InlineFile>().Sum(one => one.File.Size);
        for (var tries = 0; ; tries++)
        {
            HubException failure;
            try
            {
                return await SendOnceAsync(target, () => Body(message, parent, operations, bytes), inline, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (HubException conflict) when (conflict.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                if (tries == 0)
                {
                    throw Moved(target, conflict);
                }

                failure = conflict;
            }
            catch (HubException lost) when (MayHaveActed(lost))
            {
                failure = lost;
            }

            LogLost(failure.Message);
            await Task.Delay(schedule.DelayAfter(tries), hub.Options.Time, cancellationToken).ConfigureAwait(false);
            if (await FindAsync(search, failure, cancellationToken).ConfigureAwait(false) is { } made)
            {
                return made;
            }

            if (target.Parent is not null && search.Head != target.Parent)
            {
                throw Moved(target, failure);
            }

            if (tries >= hub.Options.MaxRetries)
            {
                throw failure;
            }

            parent = target.Parent ?? (target.CreatePullRequest ? null : search.Head); // A pull request may start from an older state.
        }
    }

    private static CommitBody Body(
        CommitMessage message,
        CommitHash? parent,
        IReadOnlyList<CommitOperation> operations,
        UploadProgress.RequestBytes bytes
    )
    {
        bytes.Restart();
        return new(message, parent, operations, bytes);
    }

    private async Task<MadeCommit> SendOnceAsync(
        CommitTarget target,
        Func<CommitBody> body,
        long inline,
        CancellationToken cancellationToken
    )
    {
        var request = new HubRequest
        {
            Method = HttpMethod.Post,
            Address = new(
                HubAddresses.Commit(target.Repo, target.Revision) + (target.CreatePullRequest ? "?create_pr=1" : ""),
                UriKind.Relative
            ),
            Body = body,
            Headers = LargeBody.AskFirst(inline),
            ResponseTimeout = LargeBody.Patience(hub.Options),
            Retry = RetryKind.OnlyIfRefused,
            Repo = target.Repo,
            MaxAnswerBytes = LongestAnswerBytes,
        };
        var answer = await hub.Transport.AskAsync(request, UploadJson.Default.CommitAnswer, cancellationToken).ConfigureAwait(false);
        return CommitHash.TryParse(answer.CommitOid, out var hash)
            ? new(hash, Uri.TryCreate(answer.PullRequestUrl, UriKind.Absolute, out var page) && HubEndpoint.IsHttp(page) ? page : null)
            : throw new HubException(
                HubErrorKind.Metadata,
                $"The hub took the commit but named it '{HubText.Shown(answer.CommitOid ?? "null")}', which is no commit hash.",
                "Look at the repository before pushing again: the commit may be there."
            );
    }

    private static async Task<MadeCommit?> FindAsync(CommitSearch search, HubException failure, CancellationToken cancellationToken)
    {
        try
        {
            return await search.FindAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HubException cause) when (cause.Kind is HubErrorKind.Network or HubErrorKind.Server or HubErrorKind.RateLimited)
        {
            throw new HubException(
                cause.Kind,
                $"The answer to the commit was lost ({failure.Message}), and whether the commit was made could not be seen: {cause.Message}",
                "Push again: files that the hub has are not sent again, and if all are there no commit is made.",
                cause
            )
            {
                StatusCode = cause.StatusCode,
                Address = cause.Address,
                RequestId = cause.RequestId,
                RepoId = cause.RepoId,
            };
        }
    }

    // Before a commit a server refuses with 501, 503 and 507; other faults of servers, and of those between, can come after it.
    private static bool MayHaveActed(HubException failure) =>
        failure.Kind switch
        {
            HubErrorKind.Network => failure.MayHaveActed,
            HubErrorKind.Server => failure.StatusCode
                is not (HttpStatusCode.NotImplemented or HttpStatusCode.ServiceUnavailable or HttpStatusCode.InsufficientStorage),
            _ => failure.StatusCode == HttpStatusCode.RequestTimeout,
        };

    private static HubException Moved(CommitTarget target, HubException conflict) =>
        new(
            HubErrorKind.Conflict,
            $"'{target.Revision}' of {target.Repo} no longer stands at {target.Parent}; nothing was committed.",
            "Somebody else changed the branch. Pull it, see whether the push is still right, and push again; or push to another branch "
                + "(--revision) or as a pull request (--create-pr).",
            conflict
        )
        {
            StatusCode = conflict.StatusCode,
            Address = conflict.Address,
            RequestId = conflict.RequestId,
            RepoId = target.Repo,
            ServerMessage = conflict.ServerMessage,
        };

    [LoggerMessage(LogLevel.Warning, "No answer to the commit ({Reason}); the repository is looked at before it is sent again.")]
    private static partial void LogLost(ILogger logger, string reason);

    private void LogLost(string reason) => LogLost(hub.Options.Logger, reason);
}
