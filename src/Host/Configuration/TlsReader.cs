using LightMq.Broker.Settings;
using LightMq.Net.Tls;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>Reads the TLS of a listener.</summary>
internal static class TlsReader
{
    private const string AnyFile = "a file name";

    /// <summary>What a TLS listener shows and trusts.</summary>
    public static TlsSettings Read(SettingsSection section)
    {
        var pairs = new List<CertificateFiles>();
        if (section.Has("Certificate") || section.Has("Key")) pairs.Add(ReadPair(section));
        pairs.AddRange(section.List("Certificates", ReadPair));
        var use = section.Choice("ClientCertificates", ClientCertificateUse.Off,
            ("off", ClientCertificateUse.Off), ("optional", ClientCertificateUse.Optional),
            ("required", ClientCertificateUse.Required));
        var authority = section.Text("ClientCA", "", AnyFile, static text => text.IndexOf('\0') < 0);
        if (use != ClientCertificateUse.Off && authority.Length == 0)
            throw section.Missing("ClientCA",
                "a PEM file of the authorities whose client certificates are trusted; ClientCertificates "
                + "needs it");
        if (use == ClientCertificateUse.Off && authority.Length > 0)
            throw section.Contradiction("ClientCA",
                "is set, but ClientCertificates is off: set that to optional or required");
        return new TlsSettings(pairs, use, section.KeyOf("ClientCA"), authority);
    }

    private static CertificateFiles ReadPair(SettingsSection section) => new(
        section.KeyOf("Certificate"), section.Text("Certificate", "", AnyFile, IsFile),
        section.KeyOf("Key"), section.Text("Key", "", AnyFile, IsFile));

    /// <summary>Adds what a client's certificate means at login.</summary>
    public static ListenerOptions ReadMapping(
        SettingsSection section, ListenerOptions options, TlsSettings tls)
    {
        var isUser = section.Choice(
            "ClientCertificateUser", false, ("off", false), ("common-name", true));
        var isId = section.Switch("ClientCertificateId", false);
        if (tls.ClientCertificates == ClientCertificateUse.Off && (isUser || isId))
            throw section.Contradiction(isUser ? "ClientCertificateUser" : "ClientCertificateId",
                "needs certificates of clients: set ClientCertificates to optional or required");
        if (isUser && options.Dialect == Dialect.Lmq)
            throw section.Contradiction("ClientCertificateUser",
                "does not go with dialect lmq: its clients sign their logins");
        return options with { CertificateUser = isUser, CertificateId = isId };
    }

    /// <summary>A listener without TLS has none of its keys.</summary>
    public static void Refuse(SettingsSection section)
    {
        foreach (var key in (ReadOnlySpan<string>)["Certificate", "Key", "Certificates",
            "ClientCertificates", "ClientCA", "ClientCertificateUser", "ClientCertificateId"])
            if (section.Has(key))
                throw section.Contradiction(key, "is for Transport tls and wss; this listener has neither");
    }

    private static bool IsFile(string text) => text.Length > 0 && text.IndexOf('\0') < 0;
}
