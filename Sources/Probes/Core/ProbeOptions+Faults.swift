/// An option that cannot be used as a person wrote it.
public struct ProbeOptionFault: Hashable, Sendable {
    /// The flag, for example `--client-cert`.
    public var option: String
    public var fault: String
    public var suggestion: String
}

extension ProbeOptions {
    /// All that is wrong with the options themselves; sends nothing.
    public func faults() -> [ProbeOptionFault] {
        addressFaults + numberFaults + tls.faults()
    }

    private var addressFaults: [ProbeOptionFault] {
        let named: [(String, String?)] = [
            ("--source", sourceAddress), ("--other-source", otherSourceAddress),
        ]
        return (named + addresses.map { ("--address", $0) }).compactMap { option, text in
            guard let text, SocketAddress(numeric: text, port: 1) == nil else { return nil }
            return ProbeOptionFault(
                option: option, fault: "“\(text)” is no address",
                suggestion: "write a numeric IPv4 or IPv6 address, without brackets")
        }
    }

    private var numberFaults: [ProbeOptionFault] {
        var faults: [ProbeOptionFault] = []
        func expect(_ good: Bool, _ option: String, _ fault: String, _ suggestion: String) {
            if !good { faults.append(.init(option: option, fault: fault, suggestion: suggestion)) }
        }
        expect(
            timeout > 0 && timeout <= 3600, "--timeout", "\(timeout) s is no timeout",
            "more than 0, at most 3600 seconds")
        expect(
            holdSeconds > 0 && holdSeconds <= 10, "--hold", "\(holdSeconds) s is no time to hold",
            "more than 0, at most 10 seconds")
        expect(
            connectionsPerSecond > 0, "--rate", "\(connectionsPerSecond) is no rate",
            "more than 0 connections a second")
        expect(
            count.map { (1...1_000_000).contains($0) } ?? true, "--count", "not a number of tries",
            "from 1 to 1000000")
        return faults
    }
}

extension TLSOptions {
    func faults() -> [ProbeOptionFault] {
        var faults: [ProbeOptionFault] = []
        if shapesContext { faults += contextFaults }
        if let trustFile {
            do throws(NetworkFailure) {
                _ = try TrustStore(file: trustFile)
            } catch {
                faults.append(
                    .init(
                        option: "--trust", fault: "\(error)",
                        suggestion: "give a PEM file with one certificate or more"))
            }
        }
        if let lowest, let highest, lowest > highest {
            faults.append(
                .init(
                    option: "--tls-min", fault: "\(lowest.name) is above \(highest.name)",
                    suggestion: "the lowest version must not be above the highest"))
        }
        return faults
    }

    /// Whether somebody chose what OpenSSL may refuse; its own defaults it takes.
    private var shapesContext: Bool {
        [ciphers, ciphersuites, groups, clientCertificateFile, clientKeyFile]
            .contains { $0 != nil } || !applicationProtocols.isEmpty || lowest != nil
            || highest != nil
    }

    private var contextFaults: [ProbeOptionFault] {
        do throws(NetworkFailure) {
            var configuration = TLSConfiguration(self)
            // Opening the key log would make the file.
            configuration.keyLogFile = nil
            _ = try TLSContext(configuration)
            return []
        } catch {
            return [.init(option: "TLS", fault: "\(error)", suggestion: Self.advice)]
        }
    }

    private static let advice =
        "certificates and keys are PEM files; lists of suites and groups are OpenSSL's (openssl ciphers -v)"
}
