import Casebook
import Triage

/// Evidence files named on the command line.
enum EvidenceInput {
    /// - Parameter path: `-` is standard input.
    static func read(
        _ path: String, casebook: Casebook
    ) throws(Failure) -> EvidenceFile.Contents {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(path, limit: EvidenceFile.maximumBytes)
        } catch {
            throw .input(error, what: "evidence file")
        }
        do {
            return try EvidenceFile.read(bytes, casebook: casebook)
        } catch {
            throw .evidence(path: path, error)
        }
    }

    /// An id that the casebook does not know.
    static func warning(_ fault: EvidenceFile.Fault, _ path: String) -> Warning {
        Warning(
            id: "evidence.unknown-id",
            summary: "\(path):\(fault.place.line):\(fault.place.column): \(fault.fault); "
                + "it was left out" + (fault.suggestion.map { " (\($0))" } ?? ""))
    }
}
