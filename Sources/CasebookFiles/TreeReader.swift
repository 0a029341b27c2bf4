internal import Yams

/// Turns Yams's nodes into a bounded tree.
struct TreeReader {
    let bounds: YAMLBounds
    let log: FaultLog
    private var values = 0

    init(bounds: YAMLBounds, log: FaultLog) {
        self.bounds = bounds
        self.log = log
    }

    mutating func tree(_ node: Node, depth: Int) -> YAMLTree? {
        let place = Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        values += 1
        guard values <= bounds.values else {
            if values == bounds.values + 1 {
                log.error(place, "more than \(bounds.values) values")
            }
            return nil
        }
        guard depth <= bounds.depth else {
            log.error(place, "nested more than \(bounds.depth) levels deep")
            return nil
        }
        if let anchor = node.anchor {
            log.error(
                place, "anchors and aliases are not allowed",
                "remove “&\(printable(anchor.rawValue, limit: 60))”")
        }
        return content(node, depth: depth).map { YAMLTree(content: $0, place: place) }
    }

    private mutating func content(_ node: Node, depth: Int) -> YAMLTree.Content? {
        switch node {
        case .scalar(let scalar):
            let place = Place(line: scalar.mark?.line ?? 1, column: scalar.mark?.column ?? 1)
            refuseTag(scalar.tag, place)
            let isPlain = scalar.style == .plain
            return .scalar(checked(scalar.string, place), isPlain: isPlain)
        case .sequence(let sequence):
            return .sequence(sequence.compactMap { tree($0, depth: depth + 1) })
        case .mapping(let mapping):
            var pairs: [(key: Located<String>, value: YAMLTree)] = []
            for (key, value) in mapping {
                let place = Place(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
                guard case .scalar(let name) = key else {
                    log.error(place, "a key must be a word")
                    continue
                }
                guard let value = tree(value, depth: depth + 1) else { continue }
                pairs.append((Located(value: checked(name.string, place), place: place), value))
            }
            return .mapping(pairs)
        case .alias:
            return nil
        }
    }

    /// Double-quoted texts can hold escapes that `SourceText` has not seen.
    private func checked(_ text: String, _ place: Place) -> String {
        guard mayHoldForbidden(text.utf8) else { return text }
        if let bad = text.unicodeScalars.first(where: isForbidden) {
            log.error(
                place, "an escape stands for \(name(of: bad)), which is not allowed", "remove it")
        }
        return text
    }

    private func refuseTag(_ tag: Tag, _ place: Place) {
        guard !["", "!", "tag:yaml.org,2002:str"].contains(tag.rawValue) else { return }
        log.error(place, "tag \(quoted(tag.rawValue)) is not allowed", "remove it")
    }
}
