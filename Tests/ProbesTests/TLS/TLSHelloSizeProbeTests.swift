import Casebook
import Probes
import Testing

/// `tls-hello-size` with boxes in the way that dislike some ClientHellos.
struct TLSHelloSizeProbeTests {
    private func ask(
        _ options: [String] = ["-www"], _ judge: @escaping @Sendable ([UInt8]) -> Relay.Verdict
    ) async throws -> ProbeReport {
        let server = try await opensslServer(try Certificates.shared.get().leaf(), options)
        let relay = Relay(to: server.port, .init(judge: judge))
        return await run(TLSHelloSizeProbe.self, .tls, port: relay.port) { $0.timeout = 3 }
    }

    /// The length of the ClientHello by its own header.
    private static func length(_ bytes: [UInt8]) -> Int {
        bytes.count < 9 ? 0 : Int(bytes[6]) << 16 | Int(bytes[7]) << 8 | Int(bytes[8]) + 4
    }

    private func expect(
        _ report: ProbeReport, large: FactState, window: FactState, split: FactState,
        _ place: SourceLocation = #_sourceLocation
    ) {
        for (id, state) in [
            ("large-hello-fails", large), ("hello-length-window-fails", window),
            ("split-hello-fails", split),
        ] {
            #expect(
                report.state("probe.tls." + id) == state, "\(report.summary("probe.tls." + id))",
                sourceLocation: place)
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `A server that takes every ClientHello shows nothing`(version: String) async throws {
        let report = try await ask(["-www", version]) { _ in .pass }
        expect(report, large: .absent, window: .absent, split: .absent)
    }

    @Test func `A box that drops what is longer than a segment is seen`() async throws {
        let report = try await ask { Self.length($0) > 1400 ? .drop : .pass }
        expect(report, large: .present, window: .absent, split: .absent)
        #expect(report.measure("probe.tls.large-hello-fails") == 1700)
    }

    @Test func `A box that hangs on 256 to 511 bytes is seen`() async throws {
        let report = try await ask { (256...511).contains(Self.length($0)) ? .drop : .pass }
        expect(report, large: .absent, window: .present, split: .absent)
    }

    @Test func `A server that wants the ClientHello in one read is seen`() async throws {
        let report = try await ask { $0.count < Self.length($0) ? .reset : .pass }
        expect(report, large: .absent, window: .absent, split: .present)
    }

    @Test func `A server that takes none leaves all unknown`() async throws {
        let report = try await ask { _ in .close }
        expect(report, large: .unknown, window: .unknown, split: .unknown)
    }
}
