/// What is wrong with a flow; the higher the bit the worse, so that raw values order flows by
/// trouble.
public struct FlowTrouble: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A fatal TLS alert in clear.
    public static let alert = FlowTrouble(rawValue: 1 << 11)
    /// A RST ended an established connection before any FIN.
    public static let reset = FlowTrouble(rawValue: 1 << 10)
    /// A RST answered the SYN.
    public static let refused = FlowTrouble(rawValue: 1 << 9)
    /// A SYN, and nothing came back.
    public static let noAnswer = FlowTrouble(rawValue: 1 << 8)
    /// A ClientHello without a ServerHello, and without an alert that would say why.
    public static let noServerHello = FlowTrouble(rawValue: 1 << 7)
    /// Open for a second or more, and nobody sent a byte.
    public static let silent = FlowTrouble(rawValue: 1 << 6)
    /// SYN-ACK or ServerHello came a second or more late.
    public static let slowHandshake = FlowTrouble(rawValue: 1 << 5)
    /// Some answer took a second or more.
    public static let lateAnswer = FlowTrouble(rawValue: 1 << 4)
    /// A side closed its window.
    public static let zeroWindow = FlowTrouble(rawValue: 1 << 3)
    /// Segments were sent again.
    public static let sentAgain = FlowTrouble(rawValue: 1 << 2)
    /// Only one direction is in the capture, although both must have spoken.
    public static let oneSided = FlowTrouble(rawValue: 1 << 1)
    /// A RST behind a FIN: often only haste.
    public static let resetAfterFIN = FlowTrouble(rawValue: 1)

    /// Each with a few words, the worst first.
    public static let all: [(trouble: FlowTrouble, words: String)] = [
        (.alert, "TLS alert"), (.reset, "reset"), (.refused, "refused"),
        (.noAnswer, "SYN unanswered"), (.noServerHello, "no ServerHello"),
        (.silent, "silent"), (.slowHandshake, "slow handshake"), (.lateAnswer, "late answer"),
        (.zeroWindow, "window closed"), (.sentAgain, "sent again"),
        (.oneSided, "one side only"), (.resetAfterFIN, "RST after FIN"),
    ]

    /// The words of all that is wrong, the worst first.
    public var words: [String] { Self.all.filter { contains($0.trouble) }.map(\.words) }
}

extension FlowFacts {
    private static let second: Int64 = 1_000_000_000

    var trouble: FlowTrouble {
        var trouble: FlowTrouble = []
        let resets = client.rst > 0 || server.rst > 0
        if resets {
            if flow.closeBegan, !firstClose.isReset {
                trouble.insert(.resetAfterFIN)
            } else if flow.seen.contains(.syn), !flow.seen.contains(.synACK), server.rst > 0 {
                trouble.insert(.refused)
            } else {
                trouble.insert(.reset)
            }
        }
        let isAnswered = server.packets > 0
        if flow.seen.contains(.syn), !isAnswered, client.packets == client.syn {
            trouble.insert(.noAnswer)
        } else if client.packets == 0 || server.packets == 0 {
            trouble.insert(.oneSided)
        }
        if let tls { trouble.formUnion(handshakeTrouble(tls)) }
        if flow.seen.contains(.synACK) {
            if flow.synACKTime - flow.firstTime >= Self.second, flow.seen.contains(.syn) {
                trouble.insert(.slowHandshake)
            }
            let bytes = client.payloadBytes &+ server.payloadBytes
            if bytes == 0, flow.lastTime - flow.firstTime >= Self.second { trouble.insert(.silent) }
        }
        if client.lateAnswers > 0 || server.lateAnswers > 0 {
            trouble.insert(.lateAnswer)
        }
        if clientRare.zeroWindows > 0 || serverRare.zeroWindows > 0 {
            trouble.insert(.zeroWindow)
        }
        if retransmitted > 0 { trouble.insert(.sentAgain) }
        return trouble
    }

    private func handshakeTrouble(_ tls: TLSFlow) -> FlowTrouble {
        if (lists?.alerts ?? []).contains(where: { $0.level == 2 }) { return .alert }
        guard tls.clientHellos > 0 else { return [] }
        if tls.serverHellos == 0 { return tls.facts.contains(.helloRetry) ? [] : .noServerHello }
        return tls.serverHelloTime - tls.clientHelloTime >= Self.second ? .slowHandshake : []
    }
}
