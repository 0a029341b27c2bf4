import Casebook
import Diagnosis
import Triage

extension CasebookDocument {
    /// The document's numbers replace the defaults, one by one.
    mutating func readNumbers(
        _ splitter: JSONSplitter, _ parts: [String: Range<Int>]
    ) throws(ProtocolFault) {
        func object(_ key: String) throws(ProtocolFault) -> Fields? {
            guard let range = parts[key] else { return nil }
            return try Fields(try splitter.parse(range), "'\(key)'")
        }
        func probability(_ key: String) throws(ProtocolFault) -> Double? {
            guard let range = parts[key] else { return nil }
            let node = try splitter.parse(range)
            guard let number = node.number, (0...1).contains(number) else {
                throw ProtocolFault("'\(key)' must be a number between 0 and 1")
            }
            return number
        }
        if let fields = try object("frequency") {
            for word in Frequency.allCases {
                let number = try fields.number(word.rawValue, in: 0...1)
                parameters.frequencies[word] = number ?? parameters.frequencies[word]
            }
        }
        if let fields = try object("base_rate") {
            for rate in Case.BaseRate.allCases {
                let number = try fields.number(rate.rawValue, in: 1e-9...1e9)
                parameters.baseRates[rate] = number ?? parameters.baseRates[rate]
            }
        }
        parameters.background = try probability("background") ?? parameters.background
        parameters.unlistedRate = try probability("none_rate") ?? parameters.unlistedRate
        if let fields = try object("sources") { try readSources(fields) }
        if let fields = try object("cost") { try readCosts(fields) }
    }

    private mutating func readSources(_ fields: Fields) throws(ProtocolFault) {
        for member in fields.members {
            guard let instrument = Answer.sources.first(where: { $0.key == member.key })?.value
            else {
                throw ProtocolFault(
                    "'sources' cannot have '\(shortened(member.key))'; use "
                        + Answer.sources.map(\.key).joined(separator: ", "))
            }
            let source = try Fields(member.value, "the source '\(member.key)'")
            var rates =
                parameters.errors[instrument] ?? Parameters.ErrorRates(falseYes: 0.1, falseNo: 0.1)
            rates.falseYes = try source.number("wrong_yes", in: 0...1) ?? rates.falseYes
            rates.falseNo = try source.number("wrong_no", in: 0...1) ?? rates.falseNo
            parameters.errors[instrument] = rates
        }
    }

    private mutating func readCosts(_ fields: Fields) throws(ProtocolFault) {
        let range = 0...1e9
        secondsPrice = try fields.number("second", in: range) ?? secondsPrice
        policy.privilegedPenalty =
            try fields.number("privileged", in: range) ?? policy.privilegedPenalty
        policy.intrusivePenalty =
            try fields.number("intrusive", in: range) ?? policy.intrusivePenalty
    }

    mutating func readSteps(
        _ splitter: JSONSplitter, _ range: Range<Int>
    ) throws(ProtocolFault) {
        var seen: Set<String> = []
        try splitter.forEachElement(of: range) { index, node throws(ProtocolFault) in
            let fields = try Fields(node, "steps[\(index)]")
            let step = try step(fields)
            guard seen.insert(step.id).inserted else {
                throw ProtocolFault("steps[\(index)]: the id '\(shortened(step.id))' occurs twice")
            }
            guard seen.count <= Self.mostSteps else {
                throw ProtocolFault("more than \(Self.mostSteps) steps")
            }
            guard let fact = step.facts.first, factIDs.contains(fact) else {
                return warn(
                    "the step '\(shortened(step.id))' tells of a fact that nothing names; "
                        + "it was left out")
            }
            // A report is volunteered before anybody asks.
            guard step.instrument != .report else {
                return warn("the step '\(shortened(step.id))' asks for a report; it was left out")
            }
            steps.append(step)
        }
    }

    private func step(_ fields: Fields) throws(ProtocolFault) -> Step {
        Step(
            id: try fields.text("id"), facts: [try fields.text("fact")],
            instrument: try fields.word("source", Answer.sources),
            seconds: (try fields.number("seconds", in: 0...1e9) ?? 0) * secondsPrice,
            privileged: try fields.flag("privileged"),
            effect: try fields.flag("intrusive") ? .disruptive : .normal)
    }
}
