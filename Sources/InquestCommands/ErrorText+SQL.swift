import ObservationTables
import Triage

extension ErrorText {
    static func report(_ fault: SQLFault, _ query: String) -> Report {
        switch fault {
        case .wrong(let message, let offset):
            let place = offset.map { " at character \(character($0, in: query))" } ?? ""
            return Report(
                text: "the query is wrong\(place): \(message); 'inquest sql --schema' shows what "
                    + "can be asked", status: .usage)
        case .notAllowed(let message):
            return Report(
                text: "the query may only read the tables: \(message)", status: .usage)
        case .severalStatements: return Report(text: "ask one SELECT at a time", status: .usage)
        case .empty: return Report(text: "the query is empty", status: .usage)
        case .timedOut(let seconds):
            return Report(
                text: "the query took longer than \(Figures.number(seconds)) s and was ended; "
                    + "ask for less, or give --timeout", status: .inputOutput)
        case .tooLarge(let limit):
            return Report(
                text: "the query needs more than \(Figures.bytes(UInt64(limit))) of memory and "
                    + "was ended; ask for less at a time, or aggregate", status: .inputOutput)
        case .interrupted: return Report(text: "interrupted", status: .interrupted)
        case .failed(let message):
            return Report(text: "the tables could not be made: \(message)", status: .inputOutput)
        }
    }

    /// One-based, from a count of bytes.
    private static func character(_ offset: Int, in query: String) -> Int {
        String(decoding: query.utf8.prefix(offset), as: UTF8.self).count + 1
    }
}
