/// A key as a value.
public enum Key: Hashable, Sendable {
    case character(Character)
    case control(Character)
    case function(Int)
    case enter, escape, tab, backTab, backspace, delete
    /// Text that the terminal says was pasted: never keys, whatever it holds.
    case paste(String)
    /// A press of the first button, at a cell of the screen.
    case click(x: Int, y: Int)
    case wheelUp, wheelDown
    case up, down, left, right, home, end, pageUp, pageDown

    /// As a footer or a manual names it.
    public var name: String {
        switch self {
        case .character(" "): "Space"
        case .character(let character): String(character)
        case .control(let character): "^\(character)"
        case .function(let number): "F\(number)"
        case .paste: "paste"
        case .click: "click"
        case .wheelUp: "wheel up"
        case .wheelDown: "wheel down"
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backTab: "S-Tab"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        }
    }
}
