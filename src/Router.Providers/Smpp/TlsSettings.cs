using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Router.Core.Tenants;
using Router.Providers.Settings;

namespace Router.Providers.Smpp;

/// <summary>How an account's connections are secured.</summary>
internal sealed class TlsSettings
{
    private const int CertificatesMax = 64;
    private const int PemCharactersMax = 32 * 1024;

    private readonly X509Certificate2Collection? authorities;

    private TlsSettings(string serverName, X509Certificate2Collection? authorities)
    {
        ServerName = serverName;
        this.authorities = authorities;
    }

    /// <summary>The name that the carrier's certificate must be for; empty: <see cref="SmppSettings.Host"/>.</summary>
    public string ServerName { get; }

    /// <summary>Reads <c>tls</c>, <c>tlsServerName</c> and <c>tlsCa</c>; null: a plain connection.</summary>
    /// <remarks>Authorities come as text and not as the name of a file: settings reach every silo, files do not.</remarks>
    public static TlsSettings? Read(SettingsReader reader)
    {
        bool tls = reader.Flag("tls");
        string serverName = reader.Ascii("tlsServerName", 0, 253, "");
        string pem = reader.Text("tlsCa", PemCharactersMax);
        if (!tls)
        {
            string? field = serverName.Length > 0 ? "tlsServerName" : pem.Length > 0 ? "tlsCa" : null;
            if (field is not null)
            {
                reader.Refuse(new SettingsFault($"settings.{field}", $"is set but settings.tls is not; set settings.tls to true or remove it"));
            }

            return null;
        }

        return new TlsSettings(serverName, pem.Length == 0 ? null : ReadAuthorities(reader, pem));
    }

    /// <summary>The client's part of a handshake with <paramref name="host"/>; <paramref name="refused"/> is told why a certificate is not taken.</summary>
    public SslClientAuthenticationOptions Options(string host, Action<SslPolicyErrors> refused)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = ServerName.Length > 0 ? ServerName : host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                if (errors != SslPolicyErrors.None)
                {
                    refused(errors);
                }

                return errors == SslPolicyErrors.None;
            },
        };
        if (authorities is not null)
        {
            // Only these: whoever names the carrier's own authority wants no other.
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return options;
    }

    /// <summary>What a certificate that was not taken means, with the remedy.</summary>
    public static string Words(SslPolicyErrors errors) =>
        (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0 ? "TLS: the carrier showed no certificate; check settings.port"
        : (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0 ? "TLS: the carrier's certificate is for another name; set settings.host or settings.tlsServerName to a name that it is for"
        : "TLS: the carrier's certificate is not trusted or not valid now; set settings.tlsCa to the certificate of its authority";

    private static X509Certificate2Collection? ReadAuthorities(SettingsReader reader, string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            certificates.Clear(); // told below
        }

        if (certificates.Count is 0 or > CertificatesMax)
        {
            reader.Refuse(new SettingsFault(
                "settings.tlsCa", $"holds no certificates that can be read; set it to 1 to {CertificatesMax} in PEM (-----BEGIN CERTIFICATE-----…), the lines separated by \\n"));
            return null;
        }

        return certificates;
    }
}
