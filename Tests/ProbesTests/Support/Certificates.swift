import Foundation

/// A small certificate authority made with openssl(1): a root, an intermediate, leaves.
final class Certificates: Sendable {
    /// A certificate and its key, PEM files.
    struct Issued: Sendable {
        var certificate: String
        var key: String
        /// The certificate, then what was asked to follow it.
        var chain: String
    }

    static let shared = Result { try Certificates() }

    let folder = TemporaryFolder()
    let root: Issued
    let intermediate: Issued

    init() throws {
        root = try Self.makeCA("root", in: folder.path, days: 3650, issuer: nil)
        intermediate = try Self.makeCA("intermediate", in: folder.path, days: 1825, issuer: root)
    }

    /// A leaf for names (`example.test`) and addresses (`IP:127.0.0.1`), issued by the
    /// intermediate unless told otherwise; the chain file holds the leaf and `with`.
    func leaf(
        _ names: [String] = ["localhost", "IP:127.0.0.1", "IP:::1"], days: Int = 365,
        issuer: Issued? = nil, with extra: [String]? = nil, extensions: [String] = []
    ) throws -> Issued {
        let issuer = issuer ?? intermediate
        let alternatives = names.map { $0.hasPrefix("IP:") ? $0 : "DNS:" + $0 }
        return try Self.issue(
            "leaf-\(UUID().uuidString)", in: folder.path, days: days, issuer: issuer,
            subject: names.first { !$0.hasPrefix("IP:") } ?? "server",
            extensions: [
                "basicConstraints=CA:FALSE",
                "subjectAltName=\(alternatives.joined(separator: ","))",
                "extendedKeyUsage=serverAuth,clientAuth",
            ] + extensions,
            with: extra ?? [issuer.certificate])
    }

    static func makeCA(
        _ name: String, in folder: String, days: Int, issuer: Issued?, key: String? = nil,
        subject: String? = nil
    ) throws -> Issued {
        try issue(
            name, in: folder, days: days, issuer: issuer, subject: subject ?? "Test \(name)",
            extensions: [
                "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign",
                "subjectKeyIdentifier=hash",
            ], with: [], key: key)
    }

    /// A certificate alone, made with a key that is there; the path of the PEM file.
    static func selfSigned(_ name: String, key: String, in folder: String) throws -> String {
        let path = folder + "/self-\(UUID().uuidString).pem"
        try command(
            [
                "openssl", "req", "-x509", "-new", "-key", key, "-subj",
                "/O=An organisation with a name that fills its part/CN=\(name)",
                "-out",
                path,
            ], in: folder)
        return path
    }

    private static func issue(
        _ name: String, in folder: String, days: Int, issuer: Issued?, subject: String,
        extensions: [String], with extra: [String], key existing: String? = nil
    ) throws -> Issued {
        let path = folder + "/" + name
        let key = existing ?? path + ".key"
        if existing == nil {
            try command(
                [
                    "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-out", key,
                ], in: folder)
        }
        try command(
            [
                "openssl", "req", "-new", "-key", key, "-subj", "/CN=\(subject)", "-out",
                path + ".csr",
            ],
            in: folder)
        try (extensions.joined(separator: "\n") + "\n").write(
            toFile: path + ".ext", atomically: true, encoding: .utf8)
        let signer = issuer.map { ["-CA", $0.certificate, "-CAkey", $0.key] } ?? ["-signkey", key]
        try command(
            [
                "openssl", "x509", "-req", "-in", path + ".csr", "-days", String(days), "-extfile",
                path + ".ext", "-set_serial", String(UInt64.random(in: 1...UInt64.max / 2)),
                "-sha256", "-out", path + ".pem",
            ] + signer, in: folder)
        let parts = try ([path + ".pem"] + extra).map {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        try parts.joined().write(toFile: path + ".chain", atomically: true, encoding: .utf8)
        return Issued(certificate: path + ".pem", key: key, chain: path + ".chain")
    }
}
