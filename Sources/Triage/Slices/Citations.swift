import Casebook

/// Which packets of one capture findings cite, and what for.
struct Citations {
    private(set) var packets: [Int: [String]] = [:]
    private(set) var flows: [Int: [String]] = [:]

    /// - Parameter withWords: whether a finding's summary stands behind its id; it can hold
    ///   addresses and names.
    init(_ evidence: [Evidence], in file: String, withWords: Bool) {
        for item in evidence where item.state == .present {
            let words = withWords && !item.summary.isEmpty ? ": \(item.summary)" : ""
            for place in item.locations where place.file == file {
                if let packet = place.packet {
                    Self.note(Self.harmless("\(item.id)\(words)"), &packets[packet, default: []])
                }
                if let flow = place.flow { Self.note(item.id, &flows[flow, default: []]) }
            }
        }
    }

    private static func note(_ text: String, _ list: inout [String]) {
        if !list.contains(text) { list.append(text) }
    }

    /// Comments are shown by other programs, on terminals too.
    private static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.isUnsafeOnTerminal ? "?" : $0 }))
    }
}
