/// Collects the faults of one file, bounded so that a hostile file cannot fill the memory.
final class FaultLog {
    /// Faults kept of one file; the rest is counted.
    static let limit = 200

    let path: String
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether a fault was found that makes the file's content wrong, not only incomplete.
    private(set) var isBroken = false
    private var dropped = 0

    init(path: String) { self.path = path }

    /// - Parameter isHarmless: the content can be used in a diagnosis in spite of the fault.
    func error(
        _ place: Place, _ fault: String, _ suggestion: @autoclosure () -> String? = nil,
        isHarmless: Bool = false
    ) {
        if !isHarmless { isBroken = true }
        append(place, .error, fault, suggestion, isHarmless: isHarmless)
    }

    func warning(
        _ place: Place, _ fault: String, _ suggestion: @autoclosure () -> String? = nil
    ) {
        append(place, .warning, fault, suggestion, isHarmless: true)
    }

    /// What was found, sorted by place.
    func finish() -> [Diagnostic] {
        var found = diagnostics.sorted()
        if dropped > 0, let last = found.last {
            found.append(
                Diagnostic(
                    path: path, line: last.line, column: last.column,
                    fault: "\(dropped) more faults in this file are not shown"))
        }
        return found
    }

    private func append(
        _ place: Place, _ severity: Diagnostic.Severity, _ fault: String,
        _ suggestion: () -> String?, isHarmless: Bool
    ) {
        guard diagnostics.count < Self.limit else {
            dropped += 1
            return
        }
        diagnostics.append(
            Diagnostic(
                path: path, line: place.line, column: place.column, severity: severity,
                fault: fault, suggestion: suggestion(), isHarmless: isHarmless))
    }
}
