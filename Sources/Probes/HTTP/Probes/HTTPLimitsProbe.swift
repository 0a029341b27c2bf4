public import Casebook

/// Above which size of head or body does the same request fail?
///
/// It uploads, so it never runs unasked: only a person knows a path where that does nothing.
public enum HTTPLimitsProbe: Probe {
    public static let name = "http-limits"
    public static let summary = "lets the head and the body of a request grow until it fails"
    public static let findings: [FactID] = [
        "probe.http.large-header-fails", "probe.http.large-body-stalls",
    ]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let requests = HeaderSearch.mostRequests + BodySizes.tried.count + 1
        let bytes = HeaderSearch.mostRequests * HeaderSearch.largest + BodySizes.tried.reduce(0, +)
        return ProbePlan(
            connections: addresses * requests, bytes: addresses * (bytes + requests * 2000),
            seconds: Double(addresses * requests) * (options.timeout + 1)
                + 2 * BodySizes.patience,
            description: "GETs of \(target.path) with a head of up to \(HeaderSearch.largest) "
                + "bytes, then POSTs of up to \(BodySizes.tried.last ?? 0) letters to it; the body "
                + "sizes stop at the first that stalls")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            var heads = HeaderSearch(context, address)
            judgements.add("probe.http.large-header-fails", address, heads.run())
            report.results += heads.results
            var bodies = BodySizes(context, address)
            judgements.add("probe.http.large-body-stalls", address, bodies.run())
            report.results += bodies.results
        }
    }
}

/// Finds by halving the head above which a request fails.
struct HeaderSearch {
    /// Bytes of the added field: what browsers send with many cookies, and servers commonly refuse
    /// a little above (nginx and Apache 8 KiB a line, Node 16 KiB a head).
    static let largest = 16_000
    /// Bytes to which the limit is narrowed down.
    private static let precision = 64
    static let mostRequests = 12

    private let context: ProbeContext
    private let address: SocketAddress
    private(set) var results: [ProbeReport.AddressResult] = []
    private var failure: HTTPExchange?

    init(_ context: ProbeContext, _ address: SocketAddress) {
        self.context = context
        self.address = address
    }

    mutating func run() -> Judgement {
        let plain = ask(0)
        guard plain.isComplete, let status = plain.status, status < 500 else {
            return .unknown("the request fails with a small head too: \(plain.summary)")
        }
        if works(Self.largest, as: status) {
            return .absent("a head with \(Self.largest) bytes more is answered \(status) too")
        }
        var (good, bad) = (0, Self.largest)
        for _ in 0..<(Self.mostRequests - 3) where bad - good > Self.precision {
            if context.cancellation.isCancelled { return .unknown("interrupted") }
            let middle = (good + bad) / 2
            if works(middle, as: status) { good = middle } else { bad = middle }
        }
        // Whether the small one still works: otherwise it was not the size.
        guard works(0, as: status) else {
            return .unknown(
                "after the failures the small request fails as well: a limit on requests")
        }
        let size = request(bad).head.count
        return .present(
            "a head of \(size) bytes fails (\(failure?.summary ?? "")), one of "
                + "\(request(good).head.count) is answered \(status)",
            .init(value: Double(size), unit: "bytes"))
    }

    private func request(_ more: Int) -> HTTPRequest {
        let plain = HTTPRequest(context)
        return more == 0 ? plain : plain.with("X-Pad", String(repeating: "a", count: more))
    }

    private mutating func works(_ more: Int, as status: Int) -> Bool {
        let exchange = ask(more)
        if exchange.isComplete, exchange.status == status { return true }
        failure = exchange
        return false
    }

    private mutating func ask(_ more: Int) -> HTTPExchange {
        let request = request(more)
        let exchange = context.fetch(
            request, from: address, label: "head of \(request.head.count) bytes",
            by: context.attempt)
        var result = exchange.result
        result.summary = "head of \(request.head.count) bytes: \(exchange.summary)"
        results.append(result)
        return exchange
    }
}

/// Bodies of growing size until one makes no progress.
struct BodySizes {
    /// Bytes; the steps lie around what fits one packet, then a window.
    static let tried = [100, 1000, 1400, 2000, 20_000, 200_000]
    /// A body without progress for so many seconds stalls (findings.yaml).
    static let patience = 10.0

    private let context: ProbeContext
    private let address: SocketAddress
    private(set) var results: [ProbeReport.AddressResult] = []

    init(_ context: ProbeContext, _ address: SocketAddress) {
        self.context = context
        self.address = address
    }

    mutating func run() -> Judgement {
        var passed = 0
        for size in Self.tried {
            let exchange = post(size)
            if context.cancellation.isCancelled { return .unknown("interrupted") }
            if Self.passes(exchange) {
                passed = size
                continue
            }
            guard exchange.timedOut, exchange.sent != nil || exchange.duration > 0 else {
                return .unknown("a body of \(size) bytes fails otherwise: \(exchange.summary)")
            }
            guard passed > 0 else {
                return .unknown("a body of \(size) bytes gets no answer either")
            }
            guard Self.passes(post(passed)) else {
                return .unknown("bodies of \(passed) bytes, answered before, stall now too")
            }
            return .present(
                "a body of \(size) bytes makes no progress for \(Int(Self.patience)) s, one of "
                    + "\(passed) is answered", .init(value: Double(size), unit: "bytes"))
        }
        return .absent("bodies of up to \(Self.tried.last ?? 0) bytes are answered")
    }

    /// A refusal is an answer, and so is a close after it.
    private static func passes(_ exchange: HTTPExchange) -> Bool { exchange.status != nil }

    private mutating func post(_ size: Int) -> HTTPExchange {
        var request = HTTPRequest(context, method: "POST").with("Content-Type", "text/plain")
        request.body = Array(repeating: UInt8(ascii: "x"), count: size)
        let exchange = context.fetch(
            request, from: address, label: "body of \(size) bytes",
            by: .after(seconds: Self.patience + 1))
        var result = exchange.result
        result.summary = "body of \(size) bytes: \(exchange.summary)"
        result.isGood = Self.passes(exchange)
        results.append(result)
        return exchange
    }
}
