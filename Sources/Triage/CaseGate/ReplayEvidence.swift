public import Casebook
import Diagnosis
public import PacketCapture

/// What one replay shows, as far as judgement needs it: facts, their states and who saw them,
/// without words and places.
public struct ReplayEvidence: Sendable {
    public var evidence: [Evidence]
    /// Why the replay could not be read.
    public var fault: ReplayFault?

    var observations: Observations { Observations(evidence) }
    var present: [FactID] { evidence.lazy.filter { $0.state == .present }.map(\.id) }

    init(evidence: [Evidence], fault: ReplayFault? = nil) {
        self.evidence = evidence.map(\.bare)
        self.fault = fault
    }

    /// Reads it: a capture, or recorded evidence when its name ends in `.json` or `.ndjson`.
    ///
    /// - Parameter goOn: asked after each packet; `false` ends the reading.
    init(reading path: String, casebook: Casebook, engine: Engine, goOn: () -> Bool) {
        var session = TriageSession(casebook: casebook, engine: engine)
        do {
            try session.readReplay(path, goOn: goOn)
            self.init(
                evidence: session.log.entries, fault: session.truncated ? .stopped : nil)
        } catch {
            self.init(evidence: [], fault: error)
        }
    }
}

/// Why a replay could not be read.
public enum ReplayFault: Error, Sendable {
    case capture(CaptureError)
    case input(InputFile.Fault)
    case evidence(EvidenceFile.Fault)
    /// Somebody stopped the reading.
    case stopped
}

extension Evidence {
    fileprivate var bare: Evidence { Evidence(id: id, kind: kind, state: state, source: source) }
}

extension TriageSession {
    fileprivate mutating func readReplay(
        _ path: String, goOn: () -> Bool
    ) throws(ReplayFault) {
        if path.hasSuffix(".json") || path.hasSuffix(".ndjson") {
            return try readRecorded(path)
        }
        do {
            try readCapture(path) { _ in goOn() }
        } catch {
            throw .capture(error)
        }
    }

    private mutating func readRecorded(_ path: String) throws(ReplayFault) {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(path, limit: EvidenceFile.maximumBytes)
        } catch {
            throw .input(error)
        }
        do {
            record(try EvidenceFile.read(bytes, casebook: casebook).evidence)
        } catch {
            throw .evidence(error)
        }
    }
}
