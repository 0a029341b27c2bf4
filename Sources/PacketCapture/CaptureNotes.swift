public import Dissection

/// What people and programs wrote into a capture besides packets; foreign text, bounded, as it is.
public struct CaptureNotes: Equatable, Sendable {
    /// What is kept: more is no remark but a load.
    static let commentLimit = 1_000
    static let nameLimit = 10_000
    /// Bytes of a comment; names have at most 255 (RFC 1035 §3.1).
    static let longestComment = 1_000

    /// Of sections and interfaces, in the file's order.
    public internal(set) var comments: [String] = []
    /// By packet number.
    public internal(set) var packetComments: [Int: String] = [:]
    /// From name resolution blocks, the first name of each address.
    public internal(set) var names: [IPAddress: String] = [:]

    public init() {}

    public var isEmpty: Bool { comments.isEmpty && packetComments.isEmpty && names.isEmpty }

    mutating func add(_ comment: String, packet: Int) {
        guard packetComments.count < Self.commentLimit else { return }
        packetComments[packet] = packetComments[packet].map { "\($0); \(comment)" } ?? comment
    }

    mutating func add(_ comment: String) {
        if comments.count < Self.commentLimit, !comments.contains(comment) {
            comments.append(comment)
        }
    }

    mutating func add(_ name: String, of address: IPAddress) {
        if names.count < Self.nameLimit, names[address] == nil { names[address] = name }
    }
}
