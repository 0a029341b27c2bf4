import Casebook
import Testing

@testable import TrafficAnalysis

/// Certificates in clear, large records, and silence on TLS ports.
struct TLSFindingTests {
    /// A TLS 1.2 handshake in January 2027 up to the server's certificates.
    private func handshake(
        _ chain: [[UInt8]], name: String = "shop.example", split: Int? = nil
    ) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(to: 443)
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, TLSBytes.clientHello(name: name))
        connection.acknowledge(at: 0.11, by: .server)
        let flight = TLSBytes.serverHello() + TLSBytes.certificates(chain)
        let cut = min(split ?? .max, flight.count)
        connection.send(at: 0.12, by: .server, Array(flight[..<cut]))
        if cut < flight.count { connection.send(at: 0.13, by: .server, Array(flight[cut...])) }
        connection.acknowledge(at: 0.14, by: .client)
        return capture
    }

    private static let root = TLSBytes.certificate(subject: "Root", issuer: "Root")
    private static let issuing = TLSBytes.certificate(subject: "CA", issuer: "Root", fetch: true)
    private static let leaf = TLSBytes.certificate(
        subject: "shop", issuer: "CA", names: ["shop.example", "*.shop.example"], fetch: true)

    private func states(_ capture: TestCapture) -> [FactState?] {
        let report = capture.report()
        return [
            "certificate-expired", "certificate-not-yet-valid", "certificate-wrong-name",
            "certificate-self-signed", "chain-incomplete",
        ].map { id in report.findings.first { $0.id == "capture.tls." + id }?.state }
    }

    @Test(arguments: [nil, 30, 100, 300, 500])
    func `a sound chain`(split: Int?) throws {
        let capture = handshake([Self.leaf, Self.issuing], split: split)
        #expect(states(capture) == [.absent, .absent, .absent, .absent, .absent])
        let tls = try #require(flows(of: capture.report()).first?.tls)
        #expect(tls.history == "Csx")
        #expect(tls.certificates?.count == 2)
        #expect(tls.certificates?.commonName == "shop")
        #expect(tls.certificates?.issuer == "CA")
        #expect(tls.certificates?.names == ["shop.example", "*.shop.example"])
        #expect(tls.certificates?.notAfter == 1_893_455_999_000_000_000)
        #expect(tls.certificates?.isForServerName == true)
    }

    @Test func `a certificate past its end, or before its beginning`() {
        let old = TLSBytes.certificate(
            subject: "shop", issuer: "CA", names: ["shop.example"], to: "270101000000Z")
        let young = TLSBytes.certificate(
            subject: "shop", issuer: "CA", names: ["shop.example"], from: "270201000000Z")
        #expect(states(handshake([old]))[0] == .present)
        #expect(states(handshake([old]))[1] == .absent)
        #expect(states(handshake([young]))[1] == .present)
        let oldIssuer = TLSBytes.certificate(subject: "CA", issuer: "Root", to: "261231000000Z")
        #expect(states(handshake([Self.leaf, oldIssuer]))[0] == .present)
    }

    @Test(arguments: [
        ("a.shop.example", false), ("a.b.shop.example", true), ("SHOP.example", false),
        ("other.example", true), ("shop.example.", false),
    ])
    func `a certificate for another name`(name: String, isWrong: Bool) {
        let found = states(handshake([Self.leaf, Self.issuing], name: name))[2]
        #expect(found == (isWrong ? .present : .absent))
    }

    @Test func `a chain without the leaf's issuer, and a leaf that is its own`() {
        #expect(states(handshake([Self.leaf]))[4] == .present)
        #expect(states(handshake([Self.leaf, Self.root]))[4] == .present)
        let own = TLSBytes.certificate(subject: "shop", issuer: "shop", names: ["shop.example"])
        #expect(states(handshake([own]))[3] == .present)
        #expect(states(handshake([own]))[4] == .absent)
        // Without a certificate nothing is said of any.
        let capture = TestCapture()
        let connection = capture.connection(to: 443)
        connection.open(at: 0)
        connection.send(at: 0.1, by: .client, TLSBytes.clientHello())
        connection.send(at: 0.2, by: .server, TLSBytes.serverHello())
        #expect(states(capture) == [nil, nil, nil, nil, nil])
        #expect(states(handshake([[1, 2, 3]])) == [nil, nil, nil, nil, nil])
    }

    @Test func `certificates in another order than each behind the one it signed`() {
        let id = "tls.chain-out-of-order"
        #expect(handshake([Self.leaf, Self.root, Self.issuing]).state(id) == .present)
        #expect(handshake([Self.issuing, Self.leaf]).state(id) == .present)
        #expect(handshake([Self.leaf, Self.issuing, Self.root]).state(id) == .absent)
        // What is missing, or more than needed, is no matter of order.
        let other = TLSBytes.certificate(subject: "Other", issuer: "Elsewhere")
        #expect(handshake([Self.leaf, Self.root]).state(id) == .absent)
        #expect(handshake([Self.leaf, Self.issuing, Self.root, other]).state(id) == .absent)
        // One certificate has no order.
        #expect(handshake([Self.leaf]).state(id) == nil)
    }

    /// The server's first answer of one record, its last bytes `pause` seconds later.
    private func answer(record: Int, pause: Double) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(to: 443)
        connection.open(at: 0, roundTrip: 0.1)
        connection.send(at: 0.2, by: .client, TLSBytes.clientHello())
        connection.send(at: 0.3, by: .server, TLSBytes.serverHello() + TLSBytes.changeCipherSpec)
        connection.send(at: 0.4, by: .client, TLSBytes.changeCipherSpec + TLSBytes.data(100))
        connection.acknowledge(at: 0.45, by: .server)
        let bytes = TLSBytes.data(record) + TLSBytes.data(record) + TLSBytes.data(record)
        for (index, start) in stride(from: 0, to: bytes.count, by: 1460).enumerated() {
            let wait = index < 10 ? 0 : pause
            connection.send(
                at: 0.5 + wait + Double(index) * 0.0001, by: .server,
                Array(bytes[start..<min(bytes.count, start + 1460)]))
            if index == 9 { connection.acknowledge(at: 0.51, by: .client) }
        }
        connection.acknowledge(at: 0.6 + pause, by: .client)
        return capture
    }

    @Test func `a record that does not fit into one round trip`() {
        let id = "tls.big-records-small-window"
        let cut = answer(record: 16_384, pause: 0.1).finding(id)
        #expect(cut?.state == .present)
        #expect((0.09...0.11).contains(cut?.measure?.value ?? 0))
        #expect(answer(record: 16_384, pause: 0).state(id) == .absent)
        #expect(answer(record: 11_000, pause: 0.1).state(id) == .absent)
        #expect(answer(record: 4_000, pause: 0.1).state(id) == nil)
    }

    private func silence(port: UInt16, for wait: Double, greeting: Bool = false) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(to: port)
        connection.open(at: 0)
        if greeting { connection.send(at: 0.1, by: .server, count: 20) }
        connection.closeBoth(at: wait, by: .client)
        return capture
    }

    @Test func `server and client both wait for the other`() {
        let id = "tls.server-waits-for-hello-client-waits-for-greeting"
        #expect(silence(port: 465, for: 30).state(id) == .present)
        #expect(silence(port: 465, for: 1).state(id) == .absent)
        #expect(silence(port: 465, for: 30, greeting: true).state(id) == .absent)
        #expect(silence(port: 443, for: 30).state(id) == nil)
    }

    @Test func `sessions are offered and resumed in three forms`() throws {
        func tls(_ hello: [UInt8], _ answer: [UInt8]) throws -> FlowRecord.TLS {
            let capture = TestCapture()
            let connection = capture.connection(to: 443)
            connection.open(at: 0)
            connection.send(at: 0.1, by: .client, hello)
            connection.send(at: 0.2, by: .server, answer)
            return try #require(flows(of: capture.report()).first?.tls)
        }
        let id = [UInt8](repeating: 5, count: 32)
        let short = TLSBytes.serverHello(session: id) + TLSBytes.changeCipherSpec
        let byID = try tls(TLSBytes.clientHello(session: id), short)
        #expect(byID.offeredForms == ["session-id"])
        #expect(byID.resumedBy == "session-id")
        let byTicket = try tls(TLSBytes.clientHello(ticket: [1, 2, 3], session: id), short)
        #expect(byTicket.offeredForms == ["ticket"])
        #expect(byTicket.resumedBy == "ticket")
        #expect(byTicket.history == "Csi")
        let full = try tls(
            TLSBytes.clientHello(ticket: []),
            TLSBytes.serverHello() + TLSBytes.certificates([Self.leaf]))
        #expect(full.offeredForms.isEmpty)
        #expect(full.resumedBy == nil)
    }

    /// Handshakes at regular times that the client ends after the server's flight.
    private func refused(_ end: (TestConnection, Double) -> Void) -> TestCapture {
        let capture = TestCapture()
        for number in 0..<12 {
            let connection = capture.connection(port: 40_000 + UInt16(number), to: 443)
            let start = Double(number) * 2
            connection.open(at: start)
            connection.send(at: start + 0.01, by: .client, TLSBytes.clientHello())
            connection.send(
                at: start + 0.02, by: .server,
                TLSBytes.serverHello() + TLSBytes.certificates([Self.leaf]))
            connection.acknowledge(at: start + 0.021, by: .client)
            end(connection, start + 0.03)
        }
        return capture
    }

    private static let sessions = [
        "tls.full-handshakes-mostly", "tls.resumption-never-offered", "tls.no-session-issued",
    ]

    @Test func `a handshake that an alert refuses is no check, and no session comes of it`() {
        let capture = refused { connection, time in
            connection.send(at: time, by: .client, TLSBytes.record(21, [2, 48]))
            connection.reset(at: time + 0.001, by: .client)
        }
        #expect(capture.state("tls.alert-by-client") == .present)
        for id in Self.sessions { #expect(capture.state(id) == nil) }
        for id in ["tcp.reset-midstream", "tcp.reset-cuts-data", "tcp.check-traffic-dominates"] {
            #expect(capture.state(id) == .absent, "\(id)")
        }
    }

    @Test func `what ends a handshake without a word cuts it, and no session comes of it`() {
        let capture = refused { $0.reset(at: $1, by: .client) }
        #expect(capture.state("tcp.reset-midstream") == .present)
        for id in Self.sessions { #expect(capture.state(id) == nil) }
        // A client that stays makes sessions, and could offer them.
        let whole = refused { connection, time in
            for side in [TestConnection.Side.client, .server] {
                connection.send(at: time, by: side, TLSBytes.changeCipherSpec + TLSBytes.finished)
            }
            connection.send(at: time + 0.01, by: .client, TLSBytes.data(100))
            connection.send(at: time + 0.02, by: .server, TLSBytes.data(100))
            connection.acknowledge(at: time + 0.03, by: .client)
            connection.closeBoth(at: time + 0.04, by: .client)
        }
        for id in Self.sessions { #expect(whole.state(id) == .present, "\(id)") }
    }

    // MARK: Held by a silent connection

    private static let held = "tls.hellos-unanswered-behind-silent-flow"

    /// A server that answers hellos until `stop`, and the connections that say nothing, from when to
    /// when.
    private func held(
        until stop: Double, silent: [(from: Double, to: Double?)], clients: Int = 1
    ) -> TestCapture {
        let capture = TestCapture()
        for (number, span) in silent.enumerated() {
            let connection = capture.connection(
                port: 30_000 + UInt16(number), to: 443, client: 66)
            connection.open(at: span.from)
            if let end = span.to { connection.closeBoth(at: end, by: .client) }
        }
        for number in 0..<10 {
            let start = Double(number) * 2
            let connection = capture.connection(
                port: 40_000 + UInt16(number), to: 443, client: UInt8(1 + number % clients))
            connection.open(at: start)
            connection.send(at: start + 0.01, by: .client, TLSBytes.clientHello())
            connection.acknowledge(at: start + 0.011, by: .server)
            if start < stop {
                connection.send(
                    at: start + 0.02, by: .server,
                    TLSBytes.serverHello() + TLSBytes.certificates([Self.leaf]))
                connection.acknowledge(at: start + 0.021, by: .client)
            }
            connection.closeBoth(at: start + 5, by: .client)
        }
        return capture
    }

    @Test func `hellos that nobody answers behind a connection that says nothing`() {
        let finding = held(until: 9, silent: [(9, nil)]).finding(Self.held)
        #expect(finding?.state == .present)
        #expect(finding?.count == 5)
        // The one to look at.
        #expect(finding?.locations.first?.packet == 42)
        let half = held(until: 9, silent: [(9, nil), (11, nil), (17, 18)])
        #expect(half.state(Self.held) == .present)
    }

    /// Silent connections, and what they show of a server that stops at 9 s.
    @Test(
        arguments: [
            // Those who came behind it were answered.
            ([(3.0, nil)], FactState.absent), ([(3.0, nil), (9.0, nil)], .absent),
            // Not in the place where the server stopped, or gone before the others came.
            ([(11.0, nil)], .absent), ([(9.0, 12.0)], .absent), ([], nil),
        ] as [([(Double, Double?)], FactState?)])
    func `silent connections that hold nobody`(
        silent: [(Double, Double?)], state: FactState?
    ) {
        let spans = silent.map { (from: $0.0, to: $0.1) }
        #expect(held(until: 9, silent: spans).state(Self.held) == state)
        // In a capture of one client others' connections could not be seen.
        #expect(held(until: 9, silent: spans, clients: 2).state(Self.held) == .absent)
    }

    @Test func `a flight that never comes is not said to be quick`() {
        #expect(held(until: 9, silent: []).state("tls.slow-server-flight") == nil)
        #expect(held(until: 99, silent: []).state("tls.slow-server-flight") == .absent)
    }
}
