internal import Casebook

/// What the way of asking decides: transport, size, validation.
extension DNSJudge {
    private var everybody: [ResolverView] { answering + authority.views }

    var truncatedTCPFails: Evidence {
        let id = "probe.dns.truncated-tcp-fails"
        let cut = everybody.filter(\.isTruncated)
        let deaf = cut.filter { $0.stream?.isSilent == true }
        if let first = deaf.first {
            return context.evidence(
                id, .present,
                "\(first.server) truncates over UDP; over TCP: "
                    + (first.stream?.summary ?? ""), count: deaf.count)
        }
        guard !everybody.isEmpty else {
            return context.evidence(id, .unknown, "no name server answered")
        }
        if !cut.isEmpty {
            return context.evidence(id, .absent, "what was truncated came over TCP")
        }
        let unheard = everybody.filter { $0.stream?.isSilent == true }
        if let first = unheard.first {
            return context.evidence(
                id, .unknown,
                "\(first.server) does not answer over TCP, but no answer was "
                    + "truncated")
        }
        return context.evidence(id, .absent, "nothing was truncated, and TCP is answered")
    }

    var ednsSizeFails: Evidence {
        let id = "probe.dns.edns-size-fails"
        guard !everybody.isEmpty else {
            return context.evidence(id, .unknown, "no name server answered")
        }
        let failing = everybody.compactMap { view in view.silentSize.map { (view, $0) } }
        guard let (view, size) = failing.first else {
            return context.evidence(id, .absent, "questions with EDNS are answered at every size")
        }
        return context.evidence(
            id, .present, "\(view.server) is silent to EDNS with \(size) bytes and answers without",
            count: failing.count, measure: .init(value: Double(size), unit: "bytes"))
    }

    var validationFails: Evidence {
        let id = "probe.dns.validation-fails"
        guard !answering.isEmpty else {
            return context.evidence(id, .unknown, "no resolver answered")
        }
        let failing = answering.filter { view in
            guard let unchecked = view.unchecked else { return false }
            return unchecked.resolves || unchecked.isNegative
        }
        if let first = failing.first {
            return context.evidence(
                id, .present,
                "\(first.server): SERVFAIL, and with checking disabled "
                    + (first.unchecked?.summary ?? ""), count: failing.count)
        }
        return context.evidence(
            id, .absent,
            answering.contains { $0.unchecked != nil }
                ? "SERVFAIL also with checking disabled" : "no resolver answered SERVFAIL")
    }
}
