public import Casebook

/// Does a second name get its own site on a connection that was made for the first?
///
/// Browsers send requests for a second name on the first's connection when the certificate covers
/// both and both lead to the same address (RFC 9113 §9.1.1); programs with fresh connections never
/// see what then goes wrong.
public enum HTTPVirtualHostProbe: Probe {
    public static let name = "http-vhost"
    public static let summary = "asks for a second name on the first's connection and on its own"
    public static let findings: [FactID] = ["probe.http.wrong-vhost-on-reuse"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses * 3, bytes: addresses * 12_000,
            seconds: Double(addresses * 4) * (options.timeout + 1),
            needs: options.http.otherHost == nil ? ["--other-host NAME served here"] : [],
            description: "GETs of \(target.path): two of the other name on its own connections, "
                + "one of it after one of the target's name on one connection")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        guard let name = context.options.http.otherHost else {
            return context.failed("needs a second name that is served here, --other-host NAME")
        }
        return context.eachAddress { address, report, judgements in
            var trial = ReuseTrial(context, address, name)
            let judgement = trial.run()
            report.results += trial.exchanges.map(\.result)
            judgements.add("probe.http.wrong-vhost-on-reuse", address, judgement)
        }
    }
}

/// The four requests to one address.
struct ReuseTrial {
    private let context: ProbeContext
    private let address: SocketAddress
    private let other: HTTPRequest
    private let service: HTTPService
    private(set) var exchanges: [HTTPExchange] = []
    private var first: HTTPExchange?

    init(_ context: ProbeContext, _ address: SocketAddress, _ name: String) {
        self.context = context
        self.address = address
        var target = context.target
        target.host = name
        other = HTTPRequest(context, host: target.hostField)
        service = HTTPService(context, scheme: context.target.scheme, name: name)
    }

    mutating func run() -> Judgement {
        let fresh = [alone(), alone()]
        guard let right = fresh.first(where: \.isGood), fresh.allSatisfy(\.isGood) else {
            let bad = fresh.first { !$0.isGood }
            return .unknown("the other name fails on its own connection: \(bad?.summary ?? "")")
        }
        let reused: HTTPExchange
        do throws(NetworkFailure) {
            reused = try onReused()
        } catch {
            return .unknown("the first name's connection cannot be used again: \(error)")
        }
        guard reused.isComplete, let status = reused.status else {
            return .unknown("on the first name's connection: \(reused.summary)")
        }
        if [404, 421].contains(status) {
            return .present(
                "on the first name's connection the other name is answered \(status), on its own "
                    + "\(right.status ?? 0)")
        }
        return compare(fresh, reused, status)
    }

    private func compare(
        _ fresh: [HTTPExchange], _ reused: HTTPExchange, _ status: Int
    ) -> Judgement {
        let alone = fresh[0].status ?? 0
        guard status == alone else {
            return .unknown(
                "on the first name's connection the other name is answered \(status), on its own "
                    + "\(alone)")
        }
        return compare(
            Pages(alone: fresh.map(\.body), reused: reused.body, first: first?.body ?? []))
    }

    private struct Pages {
        /// Of the other name, on connections of its own.
        var alone: [[UInt8]]
        /// Of the other name, on the first's connection.
        var reused: [UInt8]
        /// Of the first name.
        var first: [UInt8]
    }

    private func compare(_ pages: Pages) -> Judgement {
        if pages.reused == pages.alone[0] {
            return .absent("the other name gets its page on the first name's connection too")
        }
        if pages.alone[0] != pages.alone[1] {
            return .unknown("the page changes with each request and cannot be compared")
        }
        if pages.reused == pages.first {
            return .present("on the first name's connection the other name gets the first's page")
        }
        return .present("on the first name's connection the other name gets another page")
    }

    private mutating func alone() -> HTTPExchange {
        let exchange = context.fetch(
            other, from: address, label: "other name", service: service, by: context.attempt)
        exchanges.append(exchange)
        return exchange
    }

    /// The first name's request, then the other's, on one connection.
    private mutating func onReused() throws(NetworkFailure) -> HTTPExchange {
        let connection = try HTTPConnection.open(
            context, to: address, label: "first name, then other", by: context.attempt)
        defer { connection.close(context) }
        let first = connection.exchange(HTTPRequest(context), by: context.attempt)
        self.first = first
        exchanges.append(first)
        guard first.isComplete, let response = first.response, response.head.keepsConnection,
            response.framing != .untilClose
        else { throw .closed }
        let second = connection.exchange(other, by: context.attempt)
        exchanges.append(second)
        return second
    }
}
