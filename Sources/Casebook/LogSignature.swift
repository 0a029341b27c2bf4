/// A line that some program writes to its log when a case is at work.
public struct LogSignature: Hashable, Sendable, Codable {
    public enum Form: String, CaseIterable, Sendable, Codable {
        /// These very bytes, anywhere in a line.
        case literal
        /// A `LogPattern`.
        case pattern
    }

    public var form: Form
    public var text: String
    /// The program or library whose source holds the text: `nginx`, `OpenSSL 3`.
    public var printedBy: String

    public init(form: Form, text: String, printedBy: String) {
        self.form = form
        self.text = text
        self.printedBy = printedBy
    }

    /// - Throws: the fault in the pattern; a literal has none.
    public func compiled() throws(PatternFault) -> LogPattern {
        switch form {
        case .literal: LogPattern(literal: text)
        case .pattern: try LogPattern(text)
        }
    }
}
