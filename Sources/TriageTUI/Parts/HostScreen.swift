import HostInspection
public import TerminalUI
import Triage

/// This host, live: what is wrong, who talks to whom in which state, what counts up, what runs out.
public struct HostScreen: ScreenPart {
    public let title = "host"
    var isPaused = false
    /// The top of the screen: lines below a heading, so that a new look with more lines above it
    /// moves nothing.
    private var top = (heading: 0, lines: 0)

    public init() {}

    public func keys(_ model: Model) -> Keymap<Command> {
        let own: [Keys.Binding] = [
            .init([.character("r")], .refresh, hint: "look now", help: "Look again at once."),
            .init(
                [.character("p")], .pause, hint: isPaused ? "go on" : "hold",
                help: "Hold the picture, or look again every few seconds."),
            .back,
            .init(
                [.character("a")], .takeEvidence, hint: "take as evidence",
                help: "What the checks say of this host becomes evidence of the triage."),
            .init([.tab, .character("]")], .nextHeading, hint: "next part", help: "Next heading."),
        ]
        return Keys(own + Keys.Binding.moves + Keys.Binding.everywhere)
    }

    public mutating func opened(_ model: inout Model) -> [Effect] {
        guard !model.exhibits.isLooking else { return [] }
        model.exhibits.isLooking = true
        return [.lookAtHost]
    }

    public func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        guard let picture = model.exhibits.host else {
            grid.write("Looking at this host…", x: rect.x + 1, y: rect.y)
            return
        }
        let (top, body) = rect.split(top: 1)
        let text = HostPage(picture: picture).page(width: model.pageWidth)
        let offset = offset(text, rows: body.height)
        Widgets.rule(
            "Linux \(picture.kernel), \(Figures.instant(picture.time))",
            note: isPaused ? "held" : "looks again every \(Model.hostPause) s", in: top, on: &grid)
        text.draw(in: body.inset(left: 1, right: 1), from: offset, on: &grid)
    }

    private func offset(_ text: Page, rows: Int) -> Int {
        let start = top.heading < text.headings.count ? text.headings[top.heading] : 0
        return max(0, min(text.lines.count - rows, start + top.lines))
    }

    private func lines(_ model: Model) -> Page? {
        model.exhibits.host.map { HostPage(picture: $0).page(width: model.pageWidth) }
    }

    public mutating func move(_ motion: Motion, _ model: Model) {
        guard let text = lines(model) else { return }
        let rows = model.body.height - 1
        var page = PageState()
        page.offset = offset(text, rows: rows)
        page.move(motion, lines: text.lines.count, rows: rows)
        let heading = text.headings.lastIndex { $0 <= page.offset } ?? 0
        top = (heading, page.offset - text.headings[heading])
    }

    public mutating func perform(
        _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect]? {
        switch command {
        case .refresh: return look(&model)
        case .pause:
            isPaused.toggle()
            return isPaused ? [] : look(&model)
        case .takeEvidence:
            guard let picture = model.exhibits.host else { return [] }
            return model.takeHostEvidence(picture, now)
        case .nextHeading:
            guard let text = lines(model) else { return [] }
            top = ((top.heading + 1) % text.headings.count, 0)
            return []
        default: return nil
        }
    }

    private func look(_ model: inout Model) -> [Effect] {
        guard !model.exhibits.isLooking else { return [] }
        model.exhibits.isLooking = true
        return [.lookAtHost]
    }
}

extension Model {
    fileprivate mutating func takeHostEvidence(_ picture: HostPicture, _ now: Int64) -> [Effect] {
        conversation.record(
            CheckOutcome(picture.evidence), from: [OpenSteps.hostStep], at: now)
        notice =
            "Taken: \(Figures.plural(picture.evidence.count, "fact")), "
            + "\(picture.findings.count) of them present. u takes it back."
        return changed(now)
    }
}
