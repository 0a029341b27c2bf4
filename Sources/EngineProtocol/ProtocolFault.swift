public import Triage

/// What is wrong with a line, or with a file that it names: one sentence for the other side.
public struct ProtocolFault: Error, Equatable, Sendable {
    public var message: String

    public init(_ message: String) { self.message = message }

    /// - Parameters:
    ///   - bytes: what was read, to show what stands there.
    ///   - base: byte offset of `bytes` in the file.
    public init(_ fault: JSONFault, in bytes: [UInt8], base: Int = 0) {
        let rest = bytes.dropFirst(fault.offset).drop { $0 == UInt8(ascii: "-") }
        let word = ["NaN", "Infinity"].first { rest.starts(with: $0.utf8) }
        let what = word.map { "\($0) is no number in JSON" } ?? fault.fault
        message = "\(what), at byte \(base + fault.offset)"
    }

    func inside(_ place: String) -> ProtocolFault { ProtocolFault("\(place): \(message)") }
}
