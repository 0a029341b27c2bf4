extension ProbeTarget {
    /// No name of the domain name system is longer (RFC 1035 §2.3.4), nor any path of use here.
    private static let longestHost = 253
    private static let longestText = 4096

    /// Reads one target. A bare `host:port` speaks TLS on the ports where TLS is the rule, else
    /// plain TCP.
    public init(parsing text: String) throws(ProbeTargetError) {
        guard text.utf8.count <= Self.longestText else {
            throw Self.error(
                String(text.prefix(40)), text.prefix(40).endIndex, "the target is too long",
                "a target has at most \(Self.longestText) bytes")
        }
        var rest = text[...]
        let scheme = try Self.takeScheme(&rest, of: text)
        let start = rest.startIndex
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let tail = rest[end...].prefix { $0 != "#" }
        let (host, port) = try Self.hostAndPort(rest[start..<end], of: text)
        if let port {
            self.init(scheme: scheme ?? Self.guessedScheme(port), host: host, port: port)
        } else if let known = scheme?.defaultPort, let scheme {
            self.init(scheme: scheme, host: host, port: known)
        } else {
            throw Self.error(
                text, end, "the port is missing", "write \(Self.bracketed(host)):443")
        }
        if !tail.isEmpty { path = tail.first == "/" ? String(tail) : "/" + tail }
    }

    /// Reads a list, a target a line; empty lines and what follows `#` at the start of a line or
    /// after a space are left out. All faults are returned, not only the first.
    public static func list(
        parsing text: String
    ) -> (targets: [ProbeTarget], errors: [ProbeTargetError]) {
        var targets: [ProbeTarget] = []
        var errors: [ProbeTargetError] = []
        for (number, line) in text.split(
            separator: "\n", omittingEmptySubsequences: false
        ).enumerated() {
            let word = line.split(whereSeparator: \.isWhitespace).first ?? ""
            if word.isEmpty || word.hasPrefix("#") { continue }
            do throws(ProbeTargetError) {
                targets.append(try ProbeTarget(parsing: String(word)))
            } catch {
                var placed = error
                placed.line = number + 1
                errors.append(placed)
            }
        }
        return (targets, errors)
    }

    private static func guessedScheme(_ port: UInt16) -> Scheme {
        switch port {
        case 443, 8443: .https
        case 465, 636, 853, 990, 993, 995, 5061: .tls
        default: .tcp
        }
    }

    private static func takeScheme(
        _ rest: inout Substring, of text: String
    ) throws(ProbeTargetError) -> Scheme? {
        guard let end = rest.firstIndex(of: ":"), rest[end...].hasPrefix("://") else { return nil }
        let name = rest[..<end].lowercased()
        rest = rest[rest.index(end, offsetBy: 3)...]
        if let scheme = Scheme(rawValue: name) { return scheme }
        let known = Scheme.allCases.map(\.rawValue).joined(separator: ", ")
        throw error(text, text.startIndex, "no scheme is called “\(name)”", "use one of \(known)")
    }

    private static func hostAndPort(
        _ authority: Substring, of text: String
    ) throws(ProbeTargetError) -> (String, UInt16?) {
        if let at = authority.firstIndex(of: "@") {
            throw error(text, at, "user names are not used here", "write the host alone")
        }
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw error(text, authority.startIndex, "“]” is missing", "write [2001:db8::1]:443")
            }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard host.contains(":"), isPlausible(host) else {
                throw error(
                    text, authority.startIndex, "no IPv6 address stands in the brackets",
                    "write [2001:db8::1]:443")
            }
            return (String(host), try portAfterColon(after, of: text))
        }
        let colons = authority.count { $0 == ":" }
        guard colons < 2 else {
            throw error(
                text, authority.startIndex, "an IPv6 address stands in brackets",
                "write [\(authority)]:443")
        }
        let host = authority.prefix { $0 != ":" }
        guard isPlausible(host) else {
            throw error(
                text, authority.startIndex,
                host.isEmpty ? "the host is missing" : "not a host name",
                "write a name or an address, for example example.com:443")
        }
        return (String(host), try portAfterColon(authority[host.endIndex...], of: text))
    }

    private static func portAfterColon(
        _ text: Substring, of whole: String
    ) throws(ProbeTargetError) -> UInt16? {
        if text.isEmpty { return nil }
        guard text.first == ":", let port = UInt16(text.dropFirst()), port > 0,
            text.dropFirst().allSatisfy(\.isNumber)
        else { throw error(whole, text.startIndex, "not a port", "write a number from 1 to 65535") }
        return port
    }

    /// What a resolver could be asked for; what it answers is for the probe to find out.
    private static func isPlausible(_ host: Substring) -> Bool {
        !host.isEmpty && host.utf8.count <= longestHost
            && host.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7F && !"\"'\\<>^`{|}".unicodeScalars.contains($0)
                    && !$0.properties.isDefaultIgnorableCodePoint
                    && $0.properties.generalCategory != .control
            }
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") ? "[\(host)]" : host
    }

    private static func error(
        _ text: String, _ place: String.Index, _ fault: String, _ suggestion: String
    ) -> ProbeTargetError {
        ProbeTargetError(
            text: text, line: nil, column: text.distance(from: text.startIndex, to: place) + 1,
            fault: fault, suggestion: suggestion)
    }
}
