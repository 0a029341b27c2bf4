public import TerminalUI

/// A screen that keeps its state, its keys, what they do and its drawing to itself: one file, and a
/// line in `Places.all` where it can be opened by name.
public protocol ScreenPart: Sendable {
    var title: String { get }

    func keys(_ model: Model) -> Keymap<Command>

    func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid)

    mutating func move(_ motion: Motion, _ model: Model)

    /// What a key or a word after `:` asks for.
    ///
    /// - Returns: `nil` leaves it to the program.
    mutating func perform(_ command: Command, _ model: inout Model, _ now: Int64) -> [Effect]?

    /// A key that is text, before any binding is looked at.
    ///
    /// - Returns: whether it was taken.
    mutating func type(_ key: Key, _ model: Model) -> Bool

    /// Chooses what stands on a row of the screen's part.
    ///
    /// - Returns: whether it was chosen already.
    mutating func choose(row: Int, _ model: Model) -> Bool

    /// What it needs of the world, asked when it is opened.
    mutating func opened(_ model: inout Model) -> [Effect]
}

extension ScreenPart {
    public mutating func type(_ key: Key, _ model: Model) -> Bool { false }

    public mutating func choose(row: Int, _ model: Model) -> Bool { false }

    public mutating func opened(_ model: inout Model) -> [Effect] { [] }
}

extension Keymap<Command>.Binding {
    static let back = Self(
        [.escape, .character("q"), .character("h"), .left], .back, hint: "back", help: "Back.")
}

extension Model {
    mutating func open(_ part: some ScreenPart) -> [Effect] {
        var part = part
        let effects = part.opened(&self)
        screens.append(.part(part))
        return effects
    }

    /// - Returns: `nil` when the screen that is seen is no part, or leaves it to the program.
    mutating func performInPart(_ command: Command, _ now: Int64) -> [Effect]? {
        guard case .part(var part) = screen else { return nil }
        let place = screens.count - 1
        let effects = part.perform(command, &self, now)
        // It may have gone, or opened another on top of itself.
        if screens.indices.contains(place), case .part = screens[place] {
            screens[place] = .part(part)
        }
        return effects
    }

    mutating func moveInPart(_ motion: Motion) {
        guard case .part(var part) = screen else { return }
        part.move(motion, self)
        screen = .part(part)
    }

    mutating func typeInPart(_ key: Key) -> Bool {
        guard case .part(var part) = screen, part.type(key, self) else { return false }
        screen = .part(part)
        return true
    }

    /// Changes the open parts of one kind, seen or not.
    mutating func changeParts<Part: ScreenPart>(
        _ kind: Part.Type, _ change: (inout Part) -> Void
    ) {
        for place in screens.indices {
            guard case .part(let part) = screens[place], var part = part as? Part else { continue }
            change(&part)
            screens[place] = .part(part)
        }
    }
}
