/// One thing wrong, or merely unusual, with a connection. A connection has at most one.
public enum Fault: String, Sendable, CaseIterable {
    case synUnanswered = "syn-unanswered"
    case synRefused = "syn-refused"
    case silentOpen = "silent-open"
    case openThenClose = "open-then-close"
    case helloUnanswered = "hello-unanswered"
    case helloNeverAcked = "hello-never-acked"
    case slowServerHello = "slow-server-hello"
    case resetAfterHello = "reset-after-hello"
    case alertByServer = "alert-by-server"
    case resumptionRefused = "resumption-refused"
    case requestUnanswered = "request-unanswered"
    case resetByServer = "reset-by-server"
    case resetByClient = "reset-by-client"
    case resetInjected = "reset-injected"
    case ttlShift = "ttl-shift"
    case nextHopShift = "next-hop-shift"
    case sourceMACShift = "source-mac-shift"
    case retransmitClient = "retransmit-client"
    case retransmitServer = "retransmit-server"
    case gapFilled = "gap-filled"
    case outOfOrder = "out-of-order"
    case duplicatedFrame = "duplicated-frame"
    case captureGap = "capture-gap"
    case zeroWindow = "zero-window"
    case noCloseNotifyClient = "no-close-notify-client"
    case noCloseNotifyServer = "no-close-notify-server"
    case stale = "stale"
    case halfClosed = "half-closed"
    case midstream = "midstream"
    case portReuse = "port-reuse"

    /// What the capture shows.
    public var summary: String {
        switch self {
        case .synUnanswered: "SYN and three repeats, never answered"
        case .synRefused: "SYN answered by RST"
        case .silentOpen: "handshake, then silence for 4 to 40 s, then the client's FIN"
        case .openThenClose: "handshake and close, no payload, as a port check does"
        case .helloUnanswered: "ClientHello acknowledged, no answer, the client gives up by FIN"
        case .helloNeverAcked: "ClientHello repeated five times, never acknowledged, client RST"
        case .slowServerHello: "ServerHello 1 to 5 s after the ClientHello"
        case .resetAfterHello: "the server answers the ClientHello with RST"
        case .alertByServer: "the server answers the ClientHello with alert handshake_failure"
        case .resumptionRefused: "a session is offered, the server makes a full handshake"
        case .requestUnanswered: "request acknowledged, no answer, FIN of client or server later"
        case .resetByServer: "server RST instead of the rest of a response"
        case .resetByClient: "client RST in the middle of a response"
        case .resetInjected: "RST with the server's address but another TTL"
        case .ttlShift: "the TTL of the server's packets changes in mid-flow"
        case .nextHopShift: "the client's packets go to two gateways' MAC addresses in turn"
        case .sourceMACShift: "the server's packets come from another gateway in mid-flow"
        case .retransmitClient: "a client segment is sent again after 200 ms and more"
        case .retransmitServer: "a server segment is sent again after 200 ms and more"
        case .gapFilled: "a server segment lost before the capture, then filled in"
        case .outOfOrder: "two neighbouring server segments arrive in swapped order"
        case .duplicatedFrame: "frames captured twice, byte for byte, as by a mirror port"
        case .captureGap: "server segments acknowledged but missing in the capture"
        case .zeroWindow: "the client's window closes, is probed, and opens again"
        case .noCloseNotifyClient: "the client closes first, without close_notify"
        case .noCloseNotifyServer: "the server closes first, without close_notify"
        case .stale: "established, then nothing until the capture ends"
        case .halfClosed: "the client's FIN is acknowledged, the server never closes"
        case .midstream: "the capture begins after the handshake"
        case .portReuse: "a second connection on the same addresses and ports"
        }
    }

    /// Only a TLS connection can have it.
    var needsTLS: Bool {
        switch self {
        case .helloUnanswered, .helloNeverAcked, .slowServerHello, .resetAfterHello,
            .alertByServer, .resumptionRefused, .noCloseNotifyClient, .noCloseNotifyServer:
            true
        default: false
        }
    }

    /// Shows only in a response of many segments.
    var needsLongResponse: Bool {
        switch self {
        case .gapFilled, .outOfOrder, .captureGap, .zeroWindow, .resetByClient, .resetInjected:
            true
        default: false
        }
    }
}
