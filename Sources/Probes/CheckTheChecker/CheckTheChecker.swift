internal import Glibc

/// Runs an operator's own health check against local servers, four bad ones and a good one, to
/// tell which faults it cannot see.
///
/// Everything happens on the loopback addresses; the check runs once a server, one after another.
public struct CheckTheChecker: ~Copyable {
    public enum Fault: Error, Equatable {
        /// The command names no `{port}`, so it would ask somebody else.
        case noPort
        /// OpenSSL could not make the certificates.
        case certificates
        /// What the system refused, with its `errno`.
        case system(String, Int32)
    }

    private let command: String
    private let environment: [String]
    private let folder: TemporaryFolder
    private let contexts: [CheckedServer: ServerContext]

    /// The name in the certificates and in the commands.
    private static let host = "localhost"
    private static let names = "DNS:localhost,IP:127.0.0.1,IP:::1"
    /// Between two looks at the command, which no descriptor announces.
    private static let slice: Int32 = 20
    /// For a connection that its client has just left to tell how it ended.
    private static let aftermath = Duration.milliseconds(200)

    /// Makes an authority and its certificates.
    ///
    /// - Parameters:
    ///   - command: for `sh -c`; `{host}`, `{port}` and `{ca}` (a PEM file to trust) are filled in.
    ///   - environment: `NAME=value`; the variables by which programs learn of a PEM file to trust
    ///     are added.
    public init(command: String, environment: [String]) throws(Fault) {
        guard command.contains("{port}") else { throw .noPort }
        let folder = try TemporaryFolder(files: [Self.authorityFile])
        let trusted = folder.path + "/" + Self.authorityFile
        guard let contexts = Self.makeContexts(authorityFile: trusted) else {
            throw .certificates
        }
        self.command = command
        self.environment = Self.trusting(trusted, environment)
        self.contexts = contexts
        self.folder = folder
    }

    private static let authorityFile = "ca.pem"

    private static func trusting(_ file: String, _ environment: [String]) -> [String] {
        let others = environment.filter { variable in
            !trustVariables.contains { variable.hasPrefix($0 + "=") }
        }
        return others + trustVariables.map { "\($0)=\(file)" }
    }

    /// OpenSSL and Go, curl, Python's requests, Node.
    private static let trustVariables = [
        "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
    ]

    private static func makeContexts(
        authorityFile: String
    ) -> [CheckedServer: ServerContext]? {
        guard let authority = LocalAuthority(), authority.root.writePEM(to: authorityFile),
            let right = authority.issue(name: host, alternativeNames: names),
            let wrong = authority.issue(
                name: "another-name.invalid", alternativeNames: "DNS:another-name.invalid"),
            let good = ServerContext(certificate: right, isOnlyTLS: false),
            let misnamed = ServerContext(certificate: wrong, isOnlyTLS: true),
            let demanding = ServerContext(certificate: right, isOnlyTLS: true),
            demanding.demandClients(of: authority.root)
        else { return nil }
        return [
            .good: good, .wrongCertificate: misnamed, .wantsClientCertificate: demanding,
        ]
    }

    /// Tries the check on each server.
    ///
    /// - Parameters:
    ///   - limit: for each run; then the command is killed with all it has started.
    ///   - goOn: asked often; `false` ends the run that is under way, and no other begins.
    public func run(
        limit: Duration, goOn: () -> Bool
    ) throws(Fault) -> CheckTheCheckerReport {
        let signals = BrokenPipeGuard()
        defer { signals.end() }
        var report = CheckTheCheckerReport(command: command, trials: [])
        for server in CheckedServer.allCases where goOn() {
            report.trials.append(try run(server, limit: limit, goOn: goOn))
            // A check that asks somebody else would do so five times.
            if report.trials.last?.verdict == .neverConnected { break }
        }
        return report
    }

    private func run(
        _ kind: CheckedServer, limit: Duration, goOn: () -> Bool
    ) throws(Fault) -> CheckTrial {
        do throws(ShellCommand.Errno) {
            let server = try LocalCheckServer(kind, context: contexts[kind])
            var shell = try ShellCommand(fill(port: server.port), environment: environment)
            let began = ContinuousClock.now
            let end = Self.watch(&shell, server, until: began + limit, goOn: goOn)
            let took = began.duration(to: .now).components
            shell.end()
            Self.settle(&shell, server)
            return CheckTrial(
                server: kind, end: end,
                seconds: Double(took.seconds) + Double(took.attoseconds) / 1e18,
                output: String(decoding: shell.printed, as: UTF8.self),
                outputBytes: shell.printedBytes, behaviour: server.finish(now: .now))
        } catch {
            throw .system("starting a local server or the command", error.code)
        }
    }

    private func fill(port: UInt16) -> String {
        command.replacing("{host}", with: Self.host).replacing("{port}", with: "\(port)")
            .replacing("{ca}", with: folder.path + "/" + Self.authorityFile)
    }

    private static func watch(
        _ shell: inout ShellCommand, _ server: LocalCheckServer,
        until deadline: ContinuousClock.Instant, goOn: () -> Bool
    ) -> CheckTrial.End {
        while true {
            shell.look()
            switch shell.ending {
            case .exited(let code): return .exited(code)
            case .signalled(let number): return .signalled(number)
            case nil: break
            }
            if !goOn() { return .interrupted }
            if ContinuousClock.now >= deadline { return .killed }
            turn(&shell, server)
        }
    }

    /// Takes in what the command printed last and how its connections ended.
    private static func settle(_ shell: inout ShellCommand, _ server: LocalCheckServer) {
        let deadline = ContinuousClock.now + aftermath
        repeat {
            turn(&shell, server)
        } while (server.hasOpenConnections || shell.isOutputOpen)
            && ContinuousClock.now < deadline
    }

    private static func turn(_ shell: inout ShellCommand, _ server: LocalCheckServer) {
        let descriptors = server.descriptors + (shell.isOutputOpen ? [shell.output] : [])
        var wishes = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = unsafe poll(&wishes, nfds_t(wishes.count), slice)
        shell.readOutput()
        server.turn(now: .now)
    }
}
