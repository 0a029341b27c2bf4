/// What a piece of text is for; the theme decides what it looks like.
public struct Style: Hashable, Sendable {
    public enum Role: String, CaseIterable, Sendable {
        case plain, strong, dim, heading, key, good, caution, alarm
    }

    public var role: Role
    public var selected: Bool

    public init(_ role: Role, selected: Bool = false) {
        self.role = role
        self.selected = selected
    }

    public static let plain = Style(.plain)
    public static let strong = Style(.strong)
    public static let dim = Style(.dim)
    public static let heading = Style(.heading)
    public static let key = Style(.key)
    public static let good = Style(.good)
    public static let caution = Style(.caution)
    public static let alarm = Style(.alarm)
}

/// How roles look. None tells anything by colour alone: the words and marks beside it say the same.
public enum Theme: String, CaseIterable, Sendable {
    /// The terminal's own colours, with hues that are readable on light and dark grounds.
    case auto
    /// Bold, underlined, reversed; no colour.
    case mono
    /// Nothing dim, nothing coloured, selections reversed.
    case highContrast = "high-contrast"

    public struct Rendition: Hashable, Sendable {
        /// Numbers are those of `setaf` in terminfo(5).
        public enum Colour: Int, CaseIterable, Sendable {
            case red = 1
            case green = 2
            case magenta = 5
            case cyan = 6
        }

        public var bold = false
        public var dim = false
        public var underline = false
        public var reverse = false
        public var colour: Colour?

        public init() {}
    }

    public func rendition(_ style: Style) -> Rendition {
        var made = rendition(of: style.role)
        if style.selected {
            made.reverse = true
            made.dim = false
            made.colour = nil
        }
        return made
    }

    private func rendition(of role: Style.Role) -> Rendition {
        var made = Rendition()
        switch role {
        case .plain: break
        case .strong, .key: made.bold = true
        case .dim: made.dim = self != .highContrast
        case .heading:
            made.bold = true
            made.underline = self == .highContrast
        case .good: made.bold = self != .auto
        case .caution: made.bold = true
        case .alarm:
            made.bold = true
            made.underline = self != .auto
        }
        if self == .auto { made.colour = Self.colours[role] }
        return made
    }

    private static let colours: [Style.Role: Rendition.Colour] = [
        .key: .cyan, .good: .green, .caution: .magenta, .alarm: .red,
    ]
}
