/// `--budget -3`: the parser takes `-3` for an option of its own and calls the value missing.
enum NegativeValue {
    /// The arguments with `--budget=-3` in the place of the two words, so that the command itself
    /// says what it wants; `nil` where that is not what is wrong.
    ///
    /// - Parameter message: the parser's, "Missing value for '--budget <budget>'".
    static func joined(_ arguments: [String], _ message: String) -> [String]? {
        guard message.hasPrefix("Missing value for '") else { return nil }
        let quoted = message.drop { $0 != "'" }.dropFirst().prefix { $0 != "'" && $0 != " " }
        guard let place = arguments.firstIndex(of: String(quoted)),
            place + 1 < arguments.count, isNumber(arguments[place + 1])
        else { return nil }
        var joined = arguments
        let value = joined.remove(at: place + 1)
        joined[place] += "=" + value
        return joined
    }

    private static func isNumber(_ word: String) -> Bool {
        word.hasPrefix("-") && Double(word) != nil
    }
}
