/// Connections that were silent, or waited for the server's TLS answer, for a second or more: what a
/// drawing of held handshakes needs, after the flows themselves are gone.
public struct HandshakeWaits: Sendable {
    public struct Wait: Sendable {
        public var flow: Int
        /// Nanoseconds since 1970: the first and the last packet.
        public var first: Int64
        public var last: Int64
        /// When the ServerHello came; `nil` for a silent flow.
        public var answered: Int64?
        var server: Endpoint
    }

    private(set) var all: [Wait] = []

    private static let least: Int64 = 1_000_000_000
    /// A drawing shows a dozen; more are kept only so that each server has its own.
    private static let limit = 10_000

    mutating func visit(_ f: FlowFacts) {
        let flow = f.flow
        guard flow.lastTime - flow.firstTime >= Self.least, all.count < Self.limit else { return }
        var answered: Int64?
        if let tls = f.tls, tls.serverHellos > 0 {
            guard tls.clientHelloTime != 0, tls.serverHelloTime - tls.clientHelloTime >= Self.least
            else { return }
            answered = tls.serverHelloTime
        } else if f.tls == nil, f.client.payloadBytes > 0 {
            return
        }
        all.append(
            Wait(
                flow: f.number, first: flow.firstTime, last: flow.lastTime, answered: answered,
                server: f.endpoint))
    }
}
