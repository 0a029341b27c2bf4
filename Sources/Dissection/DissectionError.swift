/// Why bytes are not the message they were taken for.
public enum DissectionError: Error, Equatable, Sendable {
    /// The message goes on beyond the bytes given; at least `needed` bytes would be necessary.
    case truncated(needed: Int)
    /// The bytes contradict the format; the text names the field.
    case malformed(String)
}
