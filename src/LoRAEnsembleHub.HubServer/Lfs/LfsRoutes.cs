namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>The addresses of git-lfs, in the way in which hub clients use them.</summary>
internal static class LfsRoutes
{
    public static void Map(RouteTable routes)
    {
        routes.Git("POST", "info/lfs/objects/batch", LfsBatch.AnswerAsync);
        routes.Git("POST", LfsVerify.Words, LfsVerify.AnswerAsync);
        routes.Own("PUT", UploadAddresses.Word, LfsPut.AnswerAsync);
        routes.Own("POST", UploadAddresses.Word, LfsComplete.AnswerAsync);
    }
}
