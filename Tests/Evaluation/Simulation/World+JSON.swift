import Casebook

extension World {
    /// The casebook in the wire's neutral form. Ids here are plain and need no escapes.
    var document: [UInt8] {
        let words = Self.truth.map { "\"\($0.key.rawValue)\":\($0.value)" }.sorted()
        let facts = facts.map { fact in
            "{\"id\":\"\(fact.id)\""
                + (fact.group.map { ",\"group\":\"\($0)\"" } ?? "")
                + (fact.statedBackground.map { ",\"background\":\($0)" } ?? "") + "}"
        }
        let text = """
            {"format":"casebook-exam/1","frequency":{\(words.joined(separator: ","))},
            "facts":[\(facts.joined(separator: ",\n"))],
            "steps":[\(steps.map(text).joined(separator: ",\n"))],
            "cases":[\(causes.map(text).joined(separator: ",\n"))]}
            """
        return Array(text.utf8)
    }

    private func text(_ step: Step) -> String {
        """
        {"id":"\(step.id)","fact":"\(facts[step.fact].id)","source":"\(step.source.rawValue)",\
        "seconds":\(step.seconds),"privileged":\(step.privileged),"intrusive":\(step.intrusive)}
        """
    }

    private func text(_ cause: Cause) -> String {
        let lists = cause.lists.map { "\"\(facts[$0.fact].id)\":\"\($0.word.rawValue)\"" }
        return """
            {"id":"\(cause.id)","family":"\(cause.family)","base_rate":"\(cause.rate.rawValue)",\
            "lists":{\(lists.joined(separator: ","))}}
            """
    }
}
