using LoRAEnsembleHub.Hub.Serving.Cards;
using LoRAEnsembleHub.Hub.Serving.Lfs;
using LoRAEnsembleHub.Hub.Serving.Xet;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>All addresses of the server in one place.</summary>
internal static class Routes
{
    public static RouteTable All()
    {
        var routes = new RouteTable();
        LfsRoutes.Map(routes);
        XetRoutes.Map(routes);
        CardRoutes.Map(routes);
        return routes;
    }
}
