public import Casebook

/// Does the address answer QUIC as it answers TLS over TCP?
///
/// What counts as an answer is any packet of QUIC to our connection ID: to an Initial of version 1
/// with a ClientHello for HTTP/3, or to a question for versions. The handshake is not finished, so
/// a server that answers and then fails (certificate, path MTU above 1,200) is not found here.
public enum QUICProbe: Probe {
    public static let name = "quic"
    public static let summary = "begins a QUIC handshake over UDP and a TLS one over TCP"
    public static let findings: [FactID] = ["probe.quic.fails-tcp-ok"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.https]

    /// Seconds after the start at which the question is asked (again).
    private static let tries = [0.0, 1, 2]
    private static let patience = 4.0

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses,
            bytes: addresses * (2000 + 2 * tries.count * QUICInitial.datagramBytes),
            seconds: Double(addresses) * (options.timeout + patience + 1),
            description: "one GET over TLS and at most \(2 * tries.count) UDP datagrams of "
                + "\(QUICInitial.datagramBytes) bytes to each address")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            let web = context.fetch(
                HTTPRequest(context), from: address, label: "TLS over TCP", by: context.attempt)
            let offer = web.response.flatMap { AlternativeService.port(of: $0.head) }
            let target = offer.flatMap { SocketAddress(numeric: address.host, port: $0) } ?? address
            let outcome = ask(target, context)
            report.results += [
                web.result,
                .init(
                    address: "\(target) UDP", isGood: outcome.isAnswer, summary: outcome.summary),
            ]
            judgements.add(
                "probe.quic.fails-tcp-ok", address,
                judge(outcome, web, isOffered: offer != nil))
        }
    }

    enum Outcome {
        case answered(QUICInitial.Answer, Int64)
        case failed(NetworkFailure)

        var isAnswer: Bool { if case .answered = self { true } else { false } }

        var summary: String {
            switch self {
            case .answered(let kind, let delay):
                "QUIC answered with \(kind.rawValue) after \(milliseconds(delay))"
            case .failed(let failure): "QUIC: \(failure)"
            }
        }
    }

    private static func ask(_ address: SocketAddress, _ context: ProbeContext) -> Outcome {
        let (hello, question) = (QUICInitial(), QUICInitial())
        let begin = MonotonicInstant.now
        do throws(NetworkFailure) {
            let socket = try DatagramSocket(to: address, source: context.options.sourceAddress)
            let datagram = hello.initial(serverName: context.serverName)
            for number in tries.indices {
                try socket.send(datagram)
                context.log("sent a QUIC Initial of \(datagram.count) bytes to \(address)")
                // A server that cannot use our Initial may still know the versions it speaks.
                if number > 0 { try socket.send(question.versionQuestion) }
                let next = number + 1 < tries.count ? tries[number + 1] : patience
                while let answer = try receive(socket, context, by: .after(from: begin, next)) {
                    guard let kind = hello.answer(answer) ?? question.answer(answer) else {
                        continue
                    }
                    return .answered(kind, .now - begin)
                }
            }
            return .failed(.timedOut)
        } catch {
            return .failed(error)
        }
    }

    /// `nil` when it is time for the next try.
    private static func receive(
        _ socket: borrowing DatagramSocket, _ context: ProbeContext, by deadline: Deadline
    ) throws(NetworkFailure) -> [UInt8]? {
        do throws(NetworkFailure) {
            return try socket.receive(by: deadline, context.cancellation)
        } catch .timedOut {
            return nil
        }
    }

    private static func judge(
        _ outcome: Outcome, _ web: HTTPExchange, isOffered: Bool
    ) -> Judgement {
        switch outcome {
        case .answered: return .absent(outcome.summary)
        case .failed(.refused):
            return .absent("UDP is refused at once (ICMP), so clients do not wait")
        case .failed(.timedOut): break
        case .failed(let failure): return .unknown("QUIC could not be asked: \(failure)")
        }
        if case .notConnected(let failure) = web.ending {
            return .unknown("TLS over TCP fails as well: \(failure)")
        }
        guard isOffered else {
            return .unknown(
                "no answer over UDP in \(Int(patience)) s, and the server does not offer HTTP/3 "
                    + "(Alt-Svc): it may have none")
        }
        return .present(
            "the server offers HTTP/3, UDP gave no answer in \(Int(patience)) s, TLS over TCP works",
            .init(value: patience, unit: "s"))
    }
}

/// `Alt-Svc` (RFC 7838 §3).
enum AlternativeService {
    /// The port of the first offer of HTTP/3 on the same host.
    static func port(of head: HTTPHead) -> UInt16? {
        for element in head.list("alt-svc") {
            let parts = element.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            guard parts.count == 2, trimmedText(parts[0]) == "h3" else { continue }
            let authority = trimmedText(parts[1]).filter { $0 != "\"" }
            guard authority.first == ":" else { continue }
            return UInt16(authority.dropFirst())
        }
        return nil
    }
}
