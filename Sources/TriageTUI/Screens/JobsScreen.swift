import TerminalUI
import Triage

/// What runs in the background.
enum JobsScreen {
    static let keys = Keys(
        [
            .init(
                [.character("x"), .delete, .enter], .cancelJob, hint: "cancel it",
                help: "Cancel the chosen one; what it has seen so far is kept."),
            .init([.character("X")], .cancelJobs, hint: "cancel all", help: "Cancel all of them."),
            .init(
                [.escape, .character("q"), .character("h"), .left], .back, hint: "back",
                help: "Back."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere)

    /// What it is, and how far.
    static let rowsEach = 2

    static func draw(_ list: ListState, _ model: Model, in rect: Rect, on grid: inout CellGrid) {
        if model.jobs.isEmpty {
            grid.write(
                "Nothing runs in the background.", x: rect.x + 1, y: rect.y,
                limit: rect.x + rect.width)
            return
        }
        let shown = max(1, rect.height / rowsEach)
        var list = list
        list.clamp(count: model.jobs.count, page: shown)
        for (index, job) in model.jobs.enumerated().dropFirst(list.offset).prefix(shown) {
            let y = rect.y + (index - list.offset) * rowsEach
            let since = Phrases.age(model.now - job.began)
            let room = rect.width - CharacterWidth.of(since) - 4
            grid.write(
                CharacterWidth.cut(job.title, to: room), x: rect.x + 1, y: y, style: .strong)
            grid.write(since, x: rect.x + rect.width - CharacterWidth.of(since) - 1, y: y)
            grid.write(
                CharacterWidth.cut(job.stage, to: rect.width - 5), x: rect.x + 3, y: y + 1,
                style: .dim)
            if index == list.selected {
                grid.select(Rect(x: rect.x, y: y, width: rect.width, height: 1))
            }
        }
        Scroll.marks(first: list.offset, count: model.jobs.count, in: rect, on: &grid)
    }
}
