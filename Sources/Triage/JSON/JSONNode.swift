/// A JSON value (RFC 8259) together with the place where it begins.
public struct JSONNode: Sendable {
    public indirect enum Value: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([JSONNode])
        /// In the document's order; of a repeated key the last one counts.
        case object([Member])
    }

    public struct Member: Sendable {
        public var key: String
        public var value: JSONNode
    }

    public var value: Value
    /// Byte offset in the document.
    public var offset: Int

    /// The value of `key`, or `nil` when this is no object or has no such key.
    public subscript(_ key: String) -> JSONNode? {
        guard case .object(let members) = value else { return nil }
        return members.last { $0.key == key }?.value
    }

    public var string: String? {
        if case .string(let text) = value { text } else { nil }
    }

    public var number: Double? {
        if case .number(let number) = value { number } else { nil }
    }

    public var array: [JSONNode]? {
        if case .array(let elements) = value { elements } else { nil }
    }

    public var isNull: Bool {
        if case .null = value { true } else { false }
    }

    /// "a number", "an object" …, for a sentence about what was found instead.
    public var kindName: String {
        switch value {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// What is wrong in a JSON document, and where.
public struct JSONFault: Error, Equatable, Sendable {
    /// Byte offset in the document.
    public var offset: Int
    public var fault: String
}

/// A place in a text file, both one-based; columns count bytes.
public struct TextPlace: Equatable, Sendable {
    public var line: Int
    public var column: Int

    public init(offset: Int, in bytes: [UInt8]) {
        line = 1
        column = 1
        for byte in bytes.prefix(offset) {
            column += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            }
        }
    }
}
