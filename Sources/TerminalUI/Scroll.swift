/// Which part of something long is seen.
public enum Scroll {
    /// The first row to show so that `selected` is seen, moving `offset` as little as possible.
    public static func offset(_ offset: Int, showing selected: Int, rows: Int, count: Int) -> Int {
        let most = max(0, count - rows)
        let low = max(0, selected - rows + 1)
        return min(most, max(low, min(offset, selected)))
    }

    /// Marks at the right edge: more above, more below.
    public static func marks(first: Int, count: Int, in rect: Rect, on grid: inout CellGrid) {
        guard rect.height > 1, rect.width > 0 else { return }
        let x = rect.x + rect.width - 1
        if first > 0 { grid.write("▲", x: x, y: rect.y, style: .dim) }
        if first + rect.height < count {
            grid.write("▼", x: x, y: rect.y + rect.height - 1, style: .dim)
        }
    }
}

/// How far a key moves through something with `count` places, a screenful being `page`.
public enum Motion: Hashable, Sendable {
    case up, down, pageUp, pageDown, top, bottom

    public func apply(to place: Int, count: Int, page: Int) -> Int {
        let moved =
            switch self {
            case .up: place - 1
            case .down: place + 1
            case .pageUp: place - max(1, page - 1)
            case .pageDown: place + max(1, page - 1)
            case .top: 0
            case .bottom: count - 1
            }
        return max(0, min(count - 1, moved))
    }
}
