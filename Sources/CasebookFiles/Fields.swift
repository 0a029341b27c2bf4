/// The keys of one mapping. Each is asked for once; `finish` reports those nobody asked for.
struct Fields {
    let place: Place
    /// For messages: `the front matter`, `a source`.
    let owner: String
    let log: FaultLog
    private let pairs: [(key: Located<String>, value: YAMLTree)]
    private var asked: [String] = []

    /// Reports a value that is not a mapping and returns `nil`.
    init?(_ tree: YAMLTree, owner: String, log: FaultLog) {
        guard case .mapping(let pairs) = tree.content else {
            log.error(
                tree.place, "\(owner) must be a mapping, not \(tree.kind)", "write “key: value”")
            return nil
        }
        place = tree.place
        self.owner = owner
        self.log = log
        self.pairs = pairs
    }

    /// The value of `key`; a missing or empty one is reported when it is `required`.
    mutating func value(_ key: String, required: Bool = false) -> YAMLTree? {
        asked.append(key)
        guard let pair = pairs.first(where: { $0.key.value == key }) else {
            if required {
                log.error(place, "\(owner) has no key \(quoted(key))", "add “\(key): …”")
            }
            return nil
        }
        if pair.value.isNull {
            if required { log.error(pair.key.place, "key \(quoted(key)) has no value") }
            return nil
        }
        return pair.value
    }

    /// Where `key` stands, or where its mapping begins.
    func place(of key: String) -> Place {
        pairs.first { $0.key.value == key }?.key.place ?? place
    }

    /// Whether `key` is there with an empty list or mapping.
    func isEmpty(_ key: String) -> Bool {
        switch pairs.first(where: { $0.key.value == key })?.value.content {
        case .sequence(let entries): entries.isEmpty
        case .mapping(let pairs): pairs.isEmpty
        default: false
        }
    }

    func has(_ key: String) -> Bool { pairs.contains { $0.key.value == key } }

    /// Without white space at its ends.
    mutating func text(_ key: String, required: Bool = false) -> Located<String>? {
        value(key, required: required).flatMap { Self.text($0, owner: quoted(key), log: log) }
    }

    /// A word out of a fixed set.
    mutating func word<Word>(_ key: String, as type: Word.Type, required: Bool = true) -> Word?
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        text(key, required: required).flatMap {
            Self.word($0, as: type, owner: "for \(quoted(key))", log: log)
        }
    }

    /// A list; empty when the key is missing.
    mutating func list(_ key: String, required: Bool = false) -> [YAMLTree] {
        guard let value = value(key, required: required) else { return [] }
        return Self.list(value, owner: quoted(key), log: log)
    }

    /// A list of texts; empty when the key is missing.
    mutating func texts(_ key: String) -> [Located<String>] {
        list(key).compactMap { Self.text($0, owner: "an entry of \(quoted(key))", log: log) }
    }

    /// A mapping of texts in the file's order; empty when the key is missing.
    mutating func mapping(
        _ key: String, required: Bool = false
    ) -> [(key: Located<String>, value: Located<String>)] {
        guard let tree = value(key, required: required) else { return [] }
        guard let fields = Fields(tree, owner: quoted(key), log: log) else { return [] }
        return fields.pairs.compactMap { pair in
            guard !pair.key.value.unicodeScalars.starts(with: [YAMLTree.hiddenKey]) else {
                return nil
            }
            guard !pair.value.isNull else {
                log.error(pair.key.place, "\(quoted(pair.key.value)) has no value")
                return nil
            }
            return Self.text(pair.value, owner: quoted(pair.key.value), log: log)
                .map { (pair.key, $0) }
        }
    }

    /// Reports the keys that were not asked for.
    func finish() {
        for (key, _) in pairs where !asked.contains(key.value) {
            guard !key.value.unicodeScalars.starts(with: [YAMLTree.hiddenKey]) else { continue }
            log.error(
                key.place, "unknown key \(quoted(key.value)) in \(owner)",
                didYouMean(
                    key.value, in: asked, otherwise: "known keys: \(asked.joined(separator: ", "))")
            )
        }
    }

    static func text(_ tree: YAMLTree, owner: String, log: FaultLog) -> Located<String>? {
        guard case .scalar(let text, _) = tree.content, !tree.isNull else {
            log.error(tree.place, "\(owner) must be a text, not \(tree.kind)")
            return nil
        }
        let trimmed = trim(text)
        guard !trimmed.isEmpty else {
            log.error(tree.place, "\(owner) is empty")
            return nil
        }
        return Located(value: trimmed, place: tree.place)
    }

    static func list(_ tree: YAMLTree, owner: String, log: FaultLog) -> [YAMLTree] {
        guard case .sequence(let entries) = tree.content else {
            log.error(
                tree.place, "\(owner) must be a list, not \(tree.kind)", "write “- …” or “[…]”")
            return []
        }
        return entries
    }

    static func word<Word>(
        _ text: Located<String>, as type: Word.Type, owner: String, log: FaultLog
    ) -> Word? where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        if let word = Word(rawValue: text.value) { return word }
        let words = Word.allCases.map(\.rawValue)
        log.error(
            text.place, "bad word \(quoted(text.value)) \(owner)",
            didYouMean(text.value, in: words, otherwise: oneOf(words)))
        return nil
    }
}

/// `text` without spaces, tabs and line feeds at its ends.
func trim(_ text: some StringProtocol) -> String {
    var rest = Substring(text).utf8
    while let first = rest.first, isSpace(first) { rest.removeFirst() }
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return String(Substring(rest))
}

func isBlank(_ text: Substring) -> Bool { text.utf8.allSatisfy(isSpace) }

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }
