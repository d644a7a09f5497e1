namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>All addresses of the server in one place.</summary>
internal static class Routes
{
    public static RouteTable All()
    {
        var routes = new RouteTable();
        return routes;
    }
}
