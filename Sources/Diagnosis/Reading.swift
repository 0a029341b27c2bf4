import Casebook

/// What the instruments together say of one fact.
struct Reading: Equatable, Sendable {
    /// Position of the fact in the model, ascending by id.
    let fact: Int
    /// P(all that was said | fact present), the product over instruments.
    let ifPresent: Double
    /// P(all that was said | fact absent).
    let ifAbsent: Double
    /// Echo weight: 1 alone, less for further readings of one thing.
    var weight = 1.0
    /// Whether a capture, probe or host check said "present" (or "absent").
    let machineSaysPresent: Bool
    let machineSaysAbsent: Bool

    /// |ln a/b|: how much was said, whichever way.
    var strength: Double { abs(naturalLogarithm(ifPresent / ifAbsent)) }

    var state: FactState {
        ifPresent > ifAbsent ? .present : ifPresent < ifAbsent ? .absent : .unknown
    }

    /// Weighted log-likelihood of what was said, for a hypothesis that makes the fact this likely.
    @inline(__always) func logLikelihood(_ probability: Double) -> Double {
        weight * naturalLogarithm(probability * ifPresent + (1 - probability) * ifAbsent)
    }

    /// P(fact present | what was said), for a hypothesis that makes it this likely beforehand.
    @inline(__always) func presence(_ probability: Double) -> Double {
        let present = probability * ifPresent
        return present / (present + (1 - probability) * ifAbsent)
    }
}

/// What was said of one fact by all sources of each instrument.
///
/// Several captures (targets, hosts) are one instrument at several places: seen in one of them is
/// present, and absent means seen in none. So three captures never count three times.
struct Votes {
    private var present = InstrumentSet()
    private var absent = InstrumentSet()
    private var firmlyPresent = InstrumentSet()
    private var firmlyAbsent = InstrumentSet()

    mutating func add(_ answer: Observations.Answer, by instrument: Evidence.Instrument) {
        let member = InstrumentSet(instrument)
        if answer.present {
            present.formUnion(member)
            if !answer.graded { firmlyPresent.formUnion(member) }
        } else {
            absent.formUnion(member)
            if !answer.graded { firmlyAbsent.formUnion(member) }
        }
    }

    func reading(of fact: Int, parameters: Parameters) -> Reading {
        var (ifPresent, ifAbsent) = (1.0, 1.0)
        // The fixed order of the cases keeps the products the same bit for bit.
        for instrument in Evidence.Instrument.allCases {
            let member = InstrumentSet(instrument)
            let yes = present.contains(member)
            guard yes || absent.contains(member) else { continue }
            let firm = (yes ? firmlyPresent : firmlyAbsent).contains(member)
            let rates = parameters.errorRates(instrument, graded: !firm)
            ifPresent *= yes ? 1 - rates.falseNo : rates.falseNo
            ifAbsent *= yes ? rates.falseYes : 1 - rates.falseYes
        }
        return Reading(
            fact: fact, ifPresent: ifPresent, ifAbsent: ifAbsent,
            machineSaysPresent: !present.isDisjoint(with: .machines),
            machineSaysAbsent: !absent.subtracting(present).isDisjoint(with: .machines))
    }
}

struct InstrumentSet: OptionSet {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ instrument: Evidence.Instrument) {
        switch instrument {
        case .operator: rawValue = 1
        case .report: rawValue = 2
        case .capture: rawValue = 4
        case .probe: rawValue = 8
        case .host: rawValue = 16
        }
    }

    static let machines: InstrumentSet = [.init(.capture), .init(.probe), .init(.host)]
}
