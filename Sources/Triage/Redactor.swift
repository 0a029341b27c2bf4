public import HostInspection

/// Puts pseudonyms in the place of what may tell whose host it is; the same thing has the same
/// pseudonym throughout one document: `address-1`, `hardware-1`, `name-1`, `arguments-1`.
///
/// Loopback and unspecified addresses tell nothing of anybody and stay.
public final class Redactor {
    private let isOn: Bool
    private var pseudonyms: [String: [String: String]] = [:]
    /// Words that are replaced wherever they stand; longest first.
    private var words: [(word: String, pseudonym: String)] = []
    private var users: [UInt32: Int] = [:]

    /// - Parameter isOn: `false` leaves everything as it is.
    public init(isOn: Bool) { self.isOn = isOn }

    /// Host names, domains, names of users: replaced from now on.
    public func hide(_ names: [String]) {
        for name in names where isOn && name.utf8.count > 1 {
            if words.contains(where: { $0.word == name }) { continue }
            words.append((name, pseudonym("name", name)))
        }
        words.sort { $0.word.utf8.count > $1.word.utf8.count }
    }

    public func address(_ address: IPAddress) -> String {
        guard isOn, !address.isLoopback, !address.isUnspecified else { return "\(address)" }
        return pseudonym("address", "\(address)")
    }

    public func endpoint(_ endpoint: SocketAddress) -> String {
        guard isOn, !endpoint.address.isLoopback, !endpoint.address.isUnspecified else {
            return "\(endpoint)"
        }
        return "\(address(endpoint.address)):\(endpoint.port)"
    }

    /// The program stays, its arguments do not.
    public func commandLine(_ words: [String]) -> [String] {
        guard isOn, let program = words.first else { return words }
        let name = String(program.split(separator: "/").last ?? "")
        if words.count == 1 { return [name] }
        return [name, pseudonym("arguments", words.dropFirst().joined(separator: "\0"))]
    }

    /// 0 stays, for what root may do matters.
    public func user(_ id: UInt32) -> Int {
        guard isOn, id != 0 else { return Int(id) }
        if let known = users[id] { return known }
        users[id] = users.count + 1
        return users.count
    }

    /// The name of the file, without the folders above it.
    public func path(_ path: String) -> String {
        isOn ? text(String(path.split(separator: "/").last ?? "")) : path
    }

    /// Any text: addresses in it, and the words that are to be hidden.
    public func text(_ text: String) -> String {
        guard isOn else { return text }
        var result = ""
        var run = ""
        for character in text.unicodeScalars {
            if Self.mayBelongToAddress(character) {
                run.unicodeScalars.append(character)
            } else {
                result += masked(run)
                run = ""
                result.unicodeScalars.append(character)
            }
        }
        result += masked(run)
        for (word, pseudonym) in words { result = replace(word, pseudonym, result) }
        return result
    }

    private func pseudonym(_ kind: String, _ thing: String) -> String {
        if let known = pseudonyms[kind]?[thing] { return known }
        let new = "\(kind)-\((pseudonyms[kind]?.count ?? 0) + 1)"
        pseudonyms[kind, default: [:]][thing] = new
        return new
    }

    private static func mayBelongToAddress(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "a"..."z", "A"..."Z", ":", ".": true
        default: false
        }
    }

    /// A run of letters, digits, colons and points: an address, an address and a port, or neither.
    private func masked(_ run: String) -> String {
        guard run.utf8.count > 2 else { return run }
        var core = Substring(run)
        var tail = ""
        while let last = core.last, last == "." || (last == ":" && !core.hasSuffix("::")) {
            tail = String(core.removeLast()) + tail
        }
        if let address = IPAddress(text: String(core)) { return self.address(address) + tail }
        if Self.isHardwareAddress(core) { return pseudonym("hardware", core.lowercased()) + tail }
        guard let colon = core.lastIndex(of: ":"),
            let address = IPAddress(text: String(core[..<colon]))
        else { return run }
        return self.address(address) + core[colon...] + tail
    }

    private static func isHardwareAddress(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 6
            && parts.allSatisfy { $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) }
    }

    /// Where `word` stands by itself.
    private func replace(_ word: String, _ pseudonym: String, _ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        var before: Character = " "
        while let first = rest.first {
            if rest.hasPrefix(word), !Self.isWordPart(before),
                rest.dropFirst(word.count).first.map(Self.isWordPart) != true
            {
                result += pseudonym
                rest = rest.dropFirst(word.count)
                before = "-"
            } else {
                result.append(first)
                before = first
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private static func isWordPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
