using LoRAEnsembleHub.Hub.Serving.Cards;
using LoRAEnsembleHub.Hub.Serving.Lfs;
using LoRAEnsembleHub.Hub.Serving.Scan;
using LoRAEnsembleHub.Hub.Serving.Xet;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>All addresses of the server in one place.</summary>
internal static class Routes
{
    public static RouteTable All()
    {
        var routes = new RouteTable();
        ResolveRoutes.Map(routes);
        TreeRoutes.Map(routes);
        RefRoutes.Map(routes);
        InfoRoutes.Map(routes);
        ListRoutes.Map(routes);
        AccountRoutes.Map(routes);
        RepoRoutes.Map(routes);
        BranchRoutes.Map(routes);
        CommitRoutes.Map(routes);
        DiscussionRoutes.Map(routes);
        LfsRoutes.Map(routes);
        XetRoutes.Map(routes);
        CardRoutes.Map(routes);
        ScanRoutes.Map(routes);
        return routes;
    }
}
