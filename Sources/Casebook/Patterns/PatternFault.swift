/// What is wrong with a pattern, and where.
public struct PatternFault: Error, Hashable, Sendable {
    /// Unicode scalars before the fault, from the pattern's beginning.
    public var offset: Int
    public var fault: String
    public var suggestion: String?

    public init(offset: Int, fault: String, suggestion: String? = nil) {
        self.offset = offset
        self.fault = fault
        self.suggestion = suggestion
    }
}
