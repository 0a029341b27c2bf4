import Foundation
import Glibc

/// `openssl s_server` with a certificate for localhost that `authority` signs; ends with the test.
final class TLSServer {
    let port: UInt16
    /// PEM file to trust.
    let authority: String
    private let process = Process()

    init(_ options: [String] = ["-www"]) throws {
        let folder = Inquest.temporaryFolder()
        let made = try Inquest.shell(
            """
            openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
              -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1
            """, folder: folder)
        precondition(made.status == 0, made.error)
        authority = folder + "/cert.pem"
        let log = folder + "/log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.executableURL = URL(filePath: "/usr/bin/env")
        // Port 0 is a free one, which is printed.
        process.arguments =
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", authority, "-key",
                folder + "/key.pem",
            ] + options
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = FileHandle.nullDevice
        try process.run()
        port = Self.port(in: log)
    }

    deinit {
        // It inherits the blocked signals of a test's thread, SIGTERM among them.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// From the line `ACCEPT 127.0.0.1:12345`, which comes within half a minute.
    private static func port(in log: String) -> UInt16 {
        for _ in 0..<3000 {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n") where line.hasPrefix("ACCEPT") {
                if let port = line.split(separator: ":").last.flatMap({ UInt16($0) }) {
                    return port
                }
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
        preconditionFailure("openssl s_server does not listen")
    }
}
