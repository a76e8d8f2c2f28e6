using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Router.Providers.Tests.Smpp;

/// <summary>An authority and a server's certificate by it, as files for a peer.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("router-tls-");

    public TestCertificates(string serverName)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        AuthorityPem = authority.ExportCertificatePem();

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        request = new CertificateRequest("CN=" + serverName, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(serverName);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 server = request.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3, 4]);
        File.WriteAllText(CertificateFile, server.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityPem { get; }

    public string CertificateFile => Path.Combine(folder.FullName, "server.pem");

    public string KeyFile => Path.Combine(folder.FullName, "server.key");

    /// <summary>The option of <c>tests/peers/smsc.js</c>.</summary>
    public string Option => $"\"tls\":{{\"key\":\"{KeyFile}\",\"cert\":\"{CertificateFile}\"}}";

    public void Dispose() => folder.Delete(recursive: true);
}
