/// One JSON object, its keys in the order in which they are put.
struct JSONLine {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isFirst = true

    mutating func put(_ key: String, _ value: Int) {
        putKey(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func put(_ key: String, _ value: Bool) {
        putKey(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// The values here are names and numbers: nothing that needs an escape.
    mutating func put(_ key: String, _ value: String?) {
        putKey(key)
        guard let value else { return bytes.append(contentsOf: "null".utf8) }
        putQuoted(value)
    }

    mutating func put(_ key: String, _ values: [Int]) {
        putList(key, values) { $0.bytes.append(contentsOf: String($1).utf8) }
    }

    mutating func put(_ key: String, _ values: [String]) {
        putList(key, values) { $0.putQuoted($1) }
    }

    /// A duration in milliseconds with all its nanoseconds.
    mutating func put(_ key: String, nanoseconds value: UInt64?) {
        putKey(key)
        guard let value else { return bytes.append(contentsOf: "null".utf8) }
        let fraction = String(value % 1_000_000 + 1_000_000).dropFirst()
        bytes.append(contentsOf: "\(value / 1_000_000).\(fraction)".utf8)
    }

    mutating func put(_ key: String, _ body: (inout JSONLine) -> Void) {
        putKey(key)
        var inner = JSONLine()
        body(&inner)
        bytes.append(contentsOf: inner.closed())
    }

    mutating func put<Value>(
        _ key: String, perSide body: (Side) -> Value,
        _ put: (inout JSONLine, String, Value) -> Void
    ) {
        self.put(key) { pair in
            put(&pair, "client", body(.client))
            put(&pair, "server", body(.server))
        }
    }

    consuming func closed() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func putKey(_ key: String) {
        if !isFirst { bytes.append(contentsOf: ", ".utf8) }
        isFirst = false
        putQuoted(key)
        bytes.append(contentsOf: ": ".utf8)
    }

    private mutating func putQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func putList<Value>(
        _ key: String, _ values: [Value], _ put: (inout JSONLine, Value) -> Void
    ) {
        putKey(key)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(contentsOf: ", ".utf8) }
            put(&self, value)
        }
        bytes.append(UInt8(ascii: "]"))
    }
}
