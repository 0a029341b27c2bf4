/// A line of text that somebody is typing.
public struct LineEditor: Hashable, Sendable {
    /// Longer input is a paste by mistake.
    private static let longest = 2_000

    public private(set) var characters: [Character] = []
    /// Before which character the cursor stands.
    public private(set) var cursor = 0

    public init(_ text: String = "") {
        characters = Array(text.prefix(Self.longest))
        cursor = characters.count
    }

    public var text: String { String(characters) }
    public var isEmpty: Bool { characters.isEmpty }

    /// - Returns: whether the key was one for editing.
    public mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .character(let character): insert(character)
        case .paste(let text):
            for character in text { insert(character.isNewline ? " " : character) }
        case .backspace, .control("h"): deleteBefore()
        case .delete, .control("d"): deleteAfter()
        case .left, .control("b"): cursor = max(0, cursor - 1)
        case .right, .control("f"): cursor = min(characters.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = characters.count
        case .control("u"): deleteToStart()
        case .control("k"): characters.removeSubrange(cursor...)
        case .control("w"): deleteWord()
        default: return false
        }
        return true
    }

    private mutating func insert(_ character: Character) {
        guard characters.count < Self.longest else { return }
        characters.insert(character, at: cursor)
        cursor += 1
    }

    private mutating func deleteBefore() {
        guard cursor > 0 else { return }
        cursor -= 1
        characters.remove(at: cursor)
    }

    private mutating func deleteAfter() {
        if cursor < characters.count { characters.remove(at: cursor) }
    }

    private mutating func deleteToStart() {
        characters.removeSubrange(..<cursor)
        cursor = 0
    }

    private mutating func deleteWord() {
        var start = cursor
        while start > 0, characters[start - 1] == " " { start -= 1 }
        while start > 0, characters[start - 1] != " " { start -= 1 }
        characters.removeSubrange(start..<cursor)
        cursor = start
    }

    /// Draws the part around the cursor after `prompt`, and puts the terminal's cursor there.
    public func draw(_ prompt: String, in rect: Rect, on grid: inout CellGrid) {
        let start = grid.write(prompt, x: rect.x, y: rect.y, style: .key)
        let room = max(1, rect.x + rect.width - start - 1)
        var first = 0
        while first < cursor, Self.cells(characters[first..<cursor]) > room { first += 1 }
        grid.write(
            String(characters[first...]), x: start, y: rect.y, limit: rect.x + rect.width)
        grid.cursor = .init(x: start + Self.cells(characters[first..<cursor]), y: rect.y)
    }

    private static func cells(_ part: ArraySlice<Character>) -> Int {
        CharacterWidth.of(SafeGlyphs.clean(String(part)))
    }
}
