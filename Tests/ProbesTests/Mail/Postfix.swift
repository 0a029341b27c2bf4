import Foundation
import Glibc
import Testing

/// Postfix with a configuration and queue of its own on a loopback port.
final class Postfix: Sendable {
    static let isAvailable = geteuid() == 0 && access("/usr/sbin/postfix", X_OK) == 0

    let port: UInt16
    private let server: ServerProcess
    private let path: String

    /// master(8) has a session of its own: ending the script that started it does not end it.
    deinit { _ = try? command(["postfix", "-c", path, "stop"], in: "/") }

    /// - Parameter settings: of main.cf, beyond the least that smtpd(8) needs.
    init(settings: [String: String]) async throws {
        let folder = TemporaryFolder()
        path = folder.path
        port = FreePort.take()
        for name in ["queue", "data"] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        let all = [
            "compatibility_level": "3.6", "queue_directory": folder.path + "/queue",
            "data_directory": folder.path + "/data", "command_directory": "/usr/sbin",
            "daemon_directory": "/usr/lib/postfix/sbin", "mail_owner": "postfix",
            "setgid_group": "postdrop", "inet_interfaces": "127.0.0.1", "inet_protocols": "ipv4",
            "myhostname": "mail.example.test", "mydestination": "", "maillog_file": "/dev/stdout",
            "maillog_file_prefixes": "/dev/stdout", "smtpd_peername_lookup": "no",
            "smtpd_recipient_restrictions": "reject", "alias_maps": "",
            "import_environment": "MAIL_CONFIG", "local_recipient_maps": "",
        ].merging(settings) { $1 }
        let text = all.map { "\($0.key) = \($0.value)" }.sorted().joined(separator: "\n") + "\n"
        _ = try folder.file("main.cf", text)
        _ = try folder.file(
            "master.cf",
            """
            127.0.0.1:\(port) inet n - n - - smtpd
            postlog unix-dgram n - n - 1 postlogd
            cleanup unix n - n - 0 cleanup
            anvil unix - - n - 1 anvil
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite

            """)
        try command(["chown", "postfix", folder.path + "/data"], in: "/")
        try command(["chmod", "755", folder.path], in: "/")
        try command(["postfix", "-c", folder.path, "check"], in: "/")
        server = try await .start(
            ["postfix", "-c", folder.path, "start-fg"], port: port, keeping: folder)
    }
}
