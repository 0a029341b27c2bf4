import Casebook
import ObservationTables

/// Asks the questions in SQL by which cases define findings of their own.
///
/// Case files may come from strangers: a question can read the tables of its source and nothing
/// else, and time, memory and rows are bounded, for each and for all together.
public enum CustomQuestions {
    /// Of one question; rows beyond are said to be "at least".
    private static let limits = QueryLimits(seconds: 2, rows: 1_000, memory: 64 << 20)
    /// For the questions of a whole casebook about one capture or host.
    private static let allSeconds = 20.0

    /// What a capture must list so that they can be asked.
    static func needs(_ questions: [(id: FactID, finding: CustomFinding)]) -> CaptureNeeds {
        if questions.isEmpty { return CaptureNeeds() }
        var tables: Set<String> = []
        do throws(SQLFault) {
            let database = try ObservationTableList.database(ObservationSources())
            for (_, finding) in questions {
                // A query that fails will say so when it is asked.
                tables.formUnion((try? database.check(finding.query).tables) ?? [])
            }
        } catch {
            return CaptureNeeds()
        }
        return CaptureNeeds(tables: tables)
    }

    /// What all the cases' own findings of `source` come to.
    ///
    /// - Parameters:
    ///   - name: the `source` of the evidence, as `capture:FILE`.
    ///   - goOn: `false` ends the asking; what was not asked is unknown.
    static func ask(
        _ questions: [(id: FactID, finding: CustomFinding)], _ sources: ObservationSources,
        as name: String, goOn: @escaping () -> Bool
    ) -> [Evidence] {
        guard let source = questions.first?.finding.source else { return [] }
        do throws(SQLFault) {
            let database = try ObservationTableList.database(sources, origin: source.origin)
            return ask(questions, of: database, sources, as: name, goOn: goOn)
        } catch {
            return questions.map { unknown($0.id, error.words, as: name) }
        }
    }

    private static func ask(
        _ questions: [(id: FactID, finding: CustomFinding)],
        of database: borrowing ObservationDatabase, _ sources: ObservationSources,
        as name: String, goOn: @escaping () -> Bool
    ) -> [Evidence] {
        let end = ContinuousClock.now + .seconds(allSeconds)
        var answers: [Evidence] = []
        for (id, finding) in questions {
            let left = ContinuousClock.now.duration(to: end) / .seconds(1)
            do throws(SQLFault) {
                guard left > 0 else { throw .timedOut(seconds: allSeconds) }
                let tables = try database.check(finding.query).tables
                if let reason = obstacle(tables, sources) {
                    answers.append(unknown(id, reason, as: name))
                    continue
                }
                var limits = Self.limits
                limits.seconds = min(limits.seconds, left)
                let result = try database.query(finding.query, limits: limits, goOn: goOn)
                answers.append(CustomAnswer(finding, result, sources).evidence(id, as: name))
            } catch {
                answers.append(unknown(id, error.words, as: name))
            }
        }
        return answers
    }

    private static func unknown(
        _ id: FactID, _ reason: String, as name: String
    ) -> Evidence {
        Evidence(id: id, kind: .finding, state: .unknown, source: name, summary: reason)
    }

    /// Why the tables that a question reads say nothing.
    private static func obstacle(
        _ tables: Set<String>, _ sources: ObservationSources
    ) -> String? {
        for table in ObservationTableList.all where tables.contains(table.definition.name) {
            if let reason = table.obstacle(sources) { return reason }
        }
        return nil
    }
}

extension CustomFinding.Source {
    var origin: ObservationOrigin {
        switch self {
        case .capture: .capture
        case .host: .host
        }
    }
}

extension SQLFault {
    /// For the evidence that it makes unknown.
    var words: String {
        switch self {
        case .wrong(let message, _), .failed(let message): "the query failed: \(message)"
        case .notAllowed(let message): "the query was refused: \(message)"
        case .severalStatements: "the query was refused: it is more than one SELECT"
        case .empty: "the query is empty"
        case .timedOut(let seconds):
            "the query took longer than \(Figures.number(seconds)) s and was ended"
        case .tooLarge(let limit):
            "the query needs more than \(Figures.bytes(UInt64(limit))) of memory and was ended"
        case .interrupted: "interrupted before it was answered"
        }
    }
}
