/// The keys of one screen: what they do, and the words for the footer and the help, in one list.
public struct Keymap<Command: Hashable & Sendable>: Sendable {
    public struct Binding: Sendable {
        public var keys: [Key]
        public var command: Command
        /// A word or two for the footer; empty keeps it out.
        public var hint: String
        public var help: String

        public init(_ keys: [Key], _ command: Command, hint: String = "", help: String) {
            self.keys = keys
            self.command = command
            self.hint = hint
            self.help = help
        }
    }

    /// The most important first; no key occurs twice.
    public private(set) var bindings: [Binding]

    /// - Parameter bindings: an earlier one wins where a key occurs twice.
    public init(_ bindings: [Binding]) {
        var taken: Set<Key> = []
        self.bindings = bindings.compactMap { binding in
            var binding = binding
            binding.keys = binding.keys.filter { taken.insert($0).inserted }
            return binding.keys.isEmpty ? nil : binding
        }
    }

    public func command(for key: Key) -> Command? {
        bindings.first { $0.keys.contains(key) }?.command
    }

    /// `y yes  n no  …`, as many as fit, but always the last one.
    public func footer(width: Int) -> StyledLine {
        StyledLine(shown(width: width).flatMap(Self.spans))
    }

    /// The key of a hint in the footer.
    public func key(inFooterAt column: Int, width: Int) -> Key? {
        var end = 0
        for binding in shown(width: width) {
            end += Self.cells(binding)
            if column < end { return binding.keys.first }
        }
        return nil
    }

    private func shown(width: Int) -> [Binding] {
        let hinted = bindings.filter { !$0.hint.isEmpty }
        guard let last = hinted.last else { return [] }
        var shown: [Binding] = []
        var left = width - Self.cells(last) - 1
        for binding in hinted.dropLast() where Self.cells(binding) <= left {
            shown.append(binding)
            left -= Self.cells(binding)
        }
        return shown + [last]
    }

    private static func spans(_ binding: Binding) -> [Span] {
        [Span(" " + (binding.keys.first?.name ?? ""), .key), Span(" " + binding.hint + " ")]
    }

    private static func cells(_ binding: Binding) -> Int {
        StyledLine(spans(binding)).width
    }

    /// All keys and what they do.
    public func help(on page: inout Page) {
        let names = bindings.map { $0.keys.map(\.name).joined(separator: " ") }
        let column = min(18, names.map { CharacterWidth.of($0) }.max() ?? 0)
        for (binding, name) in zip(bindings, names) {
            page.paragraph(
                binding.help, label: CharacterWidth.fit(name, to: column) + "  ", indent: 2,
                labelStyle: .key)
        }
    }
}
