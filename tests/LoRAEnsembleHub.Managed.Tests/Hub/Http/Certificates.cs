using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>A hub with a certificate authority of its own.</summary>
public sealed class Certificates
{
    [Fact]
    public async Task A_hub_is_trusted_through_the_file_of_its_authority_and_only_so()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority(key, "CN=Ours");
        using var strangeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var strange = Authority(strangeKey, "CN=Another");
        using var certificate = Issue(authority);
        await using var hub = new FaultHub(TestContents.Set(), certificate: certificate);
        var ours = folder.Put("ours.pem", System.Text.Encoding.ASCII.GetBytes(authority.ExportCertificatePem()));
        var another = folder.Put("another.pem", System.Text.Encoding.ASCII.GetBytes(strange.ExportCertificatePem()));

        using (
            var bench = new HubBench(hub.Server.Address, options => options with { CertificateAuthorityFile = ours, Token = "hf_token" })
        )
        {
            HubBench.AssertWhole(hub, await PullAsync(bench));
        }

        Assert.All(hub.Server.Requests, request => Assert.Equal("Bearer hf_token", request.Headers["Authorization"]));
        foreach (var file in (string?[])[null, another])
        {
            var before = hub.RequestCount;
            using var bench = new HubBench(
                hub.Server.Address,
                options => options with { CertificateAuthorityFile = file, Token = "hf_token" }
            );
            var error = await Assert.ThrowsAsync<HubException>(() => PullAsync(bench));
            Assert.Equal(HubErrorKind.Network, error.Kind);
            Assert.Contains("certificate authority", error.Hint, StringComparison.Ordinal);
            Assert.Equal(before, hub.RequestCount);
        }
    }

    [Fact]
    public void A_file_without_certificates_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Put("none.pem", "nothing"u8);

        var error = Assert.Throws<HubException>(() =>
            new HubBench(new("https://127.0.0.1/"), options => options with { CertificateAuthorityFile = path })
        );

        Assert.Equal(HubErrorKind.LocalFile, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Authority(ECDsa key, string name)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hub", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], false));
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(authority, now.AddDays(-1), now.AddDays(20), [1, 2, 3, 4]);
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private static Task<Snapshot> PullAsync(HubBench bench) =>
        bench.Client.PullAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken);
}
