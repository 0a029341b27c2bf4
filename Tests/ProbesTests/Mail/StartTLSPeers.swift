import Foundation
import Glibc

/// Real servers of protocols that begin in plain text, each on a loopback port with files of its
/// own. Where the tests run as root, the servers run as the users of their packages.
enum Dovecot {
    static let isAvailable = geteuid() == 0 && access("/usr/sbin/dovecot", X_OK) == 0

    /// - Returns: with it the ports of IMAP and POP3.
    static func start(
        _ leaf: Certificates.Issued?
    ) async throws -> (server: ServerProcess, imap: UInt16, pop3: UInt16) {
        let folder = TemporaryFolder()
        let (imap, pop3) = (FreePort.take(), FreePort.take())
        let tls =
            leaf.map { "ssl = yes\nssl_cert = <\($0.chain)\nssl_key = <\($0.key)" } ?? "ssl = no"
        func service(_ name: String, _ port: UInt16) -> String {
            """
            service \(name)-login {
              inet_listener \(name) {
                address = 127.0.0.1
                port = \(port)
              }
              inet_listener \(name)s {
                port = 0
              }
            }
            """
        }
        let file = try folder.file(
            "dovecot.conf",
            """
            base_dir = \(folder.path)/run
            state_dir = \(folder.path)/state
            log_path = /dev/stderr
            protocols = imap pop3
            \(tls)
            \(service("imap", imap))
            \(service("pop3", pop3))
            passdb {
              driver = static
              args = nopassword=y
            }
            userdb {
              driver = static
              args = uid=65534 gid=65534 home=/nonexistent
            }

            """)
        let server = try await ServerProcess.start(
            ["dovecot", "-F", "-c", file], port: imap, keeping: folder)
        return (server, imap, pop3)
    }
}

enum LDAPServer {
    static let isAvailable = access("/usr/sbin/slapd", X_OK) == 0

    static func start(_ leaf: Certificates.Issued?) async throws -> ServerProcess {
        let folder = TemporaryFolder()
        let port = FreePort.take()
        let tls =
            leaf.map { "TLSCertificateFile \($0.chain)\nTLSCertificateKeyFile \($0.key)" } ?? ""
        try command(["mkdir", folder.path + "/data"], in: "/")
        let file = try folder.file(
            "slapd.conf",
            """
            include /etc/ldap/schema/core.schema
            \(tls)
            database ldif
            suffix "dc=example,dc=test"
            directory \(folder.path)/data

            """)
        // With a level of debugging it stays in the foreground.
        return try await ServerProcess.start(
            ["slapd", "-d", "0", "-f", file, "-h", "ldap://127.0.0.1:\(port)"], port: port,
            keeping: folder)
    }
}

enum PostgreSQL {
    /// Debian keeps the programs of each version apart.
    private static let programs: String? = {
        let versions = "/usr/lib/postgresql"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
        return names.map { "\(versions)/\($0)/bin" }.first { access($0 + "/initdb", X_OK) == 0 }
    }()
    static let isAvailable = geteuid() == 0 && programs != nil

    static func start(_ leaf: Certificates.Issued?) async throws -> ServerProcess {
        let folder = TemporaryFolder()
        let (path, port) = (folder.path, FreePort.take())
        let asUser = ["runuser", "-u", "postgres", "--"]
        try command(["chown", "postgres", path], in: "/")
        try command(
            asUser + [programs! + "/initdb", "-D", path + "/data", "-A", "trust", "-N"], in: path)
        var settings = [
            "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=", "fsync=off",
        ]
        if let leaf {
            try command(
                ["install", "-o", "postgres", "-m", "600", leaf.key, path + "/key"], in: "/")
            settings += [
                "ssl=on", "ssl_cert_file=\(leaf.chain)", "ssl_key_file=\(path)/key",
            ]
        }
        return try await ServerProcess.start(
            asUser + [programs! + "/postgres", "-D", path + "/data"]
                + settings.flatMap { ["-c", $0] }, port: port, keeping: folder)
    }
}

enum MariaDB {
    static let isAvailable = geteuid() == 0 && access("/usr/sbin/mariadbd", X_OK) == 0

    static func start(_ leaf: Certificates.Issued?) async throws -> ServerProcess {
        let folder = TemporaryFolder()
        let (path, port) = (folder.path, FreePort.take())
        try command(["install", "-d", "-o", "mysql", path + "/data"], in: "/")
        var arguments = [
            "mariadbd", "--no-defaults", "--user=mysql", "--datadir=\(path)/data",
            "--socket=\(path)/data/socket", "--bind-address=127.0.0.1", "--port=\(port)",
            // Without its tables, which take seconds to make: nobody logs in.
            "--skip-grant-tables", "--skip-networking=0", "--innodb=OFF",
            "--default-storage-engine=MyISAM",
        ]
        if let leaf {
            try command(["install", "-o", "mysql", "-m", "600", leaf.key, path + "/key"], in: "/")
            arguments += ["--ssl-cert=\(leaf.chain)", "--ssl-key=\(path)/key"]
        } else {
            arguments.append("--skip-ssl")
        }
        return try await ServerProcess.start(arguments, port: port, keeping: folder)
    }
}
