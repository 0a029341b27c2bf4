import Casebook
public import Triage

extension Model {
    /// What the command line asked for, before the first key.
    public mutating func begin(
        captures: [String], said: [String], resuming kept: SessionFile?, now: Int64
    ) -> [Effect] {
        var effects: [Effect] = []
        if let kept { effects += resume(kept, now) }
        for text in said { effects += say(text, now) }
        if !captures.isEmpty || conversation.session.target != nil { showTriage() }
        for path in captures { effects += captureNamed(path) }
        return effects
    }
}
