public import Casebook

/// A text that is looked for, and the finding that it establishes.
public struct LogTarget: Hashable, Sendable {
    public var fact: FactID
    public var signature: LogSignature

    public init(fact: FactID, signature: LogSignature) {
        self.fact = fact
        self.signature = signature
    }

    /// What the kernel writes, then the signatures of the cases, in their order.
    public static func all(_ casebook: Casebook) -> [LogTarget] {
        kernel
            + casebook.cases.filter { $0.status != .retired }.flatMap { entry in
                entry.signatures.map {
                    LogTarget(fact: SignatureFinding.id(of: entry.id), signature: $0)
                }
            }
    }
}
