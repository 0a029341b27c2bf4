import Casebook
import Diagnosis
import Triage

/// The state behind `inquest engine`: a line in, a line out.
///
/// Lines are one JSON object each: `casebook`, `history`, `rank`, `start`, `result`, `quit`. A line
/// that cannot be obeyed is answered by `{"op":"error","message":…}` and changes nothing.
public struct EngineSession {
    /// Reads a file that a line names, up to a number of bytes.
    public typealias FileReader = (_ path: String, _ limit: Int) throws(ProtocolFault) -> [UInt8]

    private let read: FileReader
    private var loaded: Loaded?
    private var dialogue: Conversation?

    /// A casebook and the engines made of it.
    private struct Loaded {
        let document: CasebookDocument
        /// Has learned nothing; judges the history.
        let cold: Engine
        var engine: Engine
    }

    /// A dialogue that waits for the result of steps.
    private struct Conversation {
        let id: String?
        var dialogue: Dialogue
        var asked: [Step] = []
    }

    public init(read: @escaping FileReader) { self.read = read }

    /// - Returns: the answer with its line end, or `nil` after `quit`.
    public mutating func reply(to line: LineBuffer.Line) -> [UInt8]? {
        do throws(ProtocolFault) {
            guard case .line(let bytes) = line else {
                throw ProtocolFault("the line is longer than \(LineBuffer.longestLine) bytes")
            }
            return try answer(Request(bytes))
        } catch {
            return Reply.error(error.message)
        }
    }

    private mutating func answer(_ request: Request) throws(ProtocolFault) -> [UInt8]? {
        switch request {
        case .casebook(let path): return try load(casebook: path)
        case .history(let path): return try load(history: path)
        case .rank(let id, let answers, let full):
            return try rank(id, answers, full: full)
        case .start(let id, let answers, let forbidden):
            return try start(id, answers, forbidden)
        case .result(let answers): return try result(answers)
        case .quit: return nil
        }
    }

    private func ready() throws(ProtocolFault) -> Loaded {
        guard let loaded else {
            throw ProtocolFault("no casebook yet; begin with {\"op\":\"casebook\",\"path\":…}")
        }
        return loaded
    }

    // MARK: Files

    private mutating func load(casebook path: String) throws(ProtocolFault) -> [UInt8] {
        let bytes = try read(path, CasebookDocument.largestFile)
        let document: CasebookDocument
        do {
            document = try CasebookDocument(bytes)
        } catch {
            throw error.inside("the casebook \(shortened(path))")
        }
        let engine = Engine(knowledge: document.knowledge, parameters: document.parameters)
        loaded = Loaded(document: document, cold: engine, engine: engine)
        dialogue = nil
        return Reply.ready(warnings: document.warnings)
    }

    /// Learns from this history alone; an earlier one is forgotten.
    private mutating func load(history path: String) throws(ProtocolFault) -> [UInt8] {
        let loaded = try ready()
        let bytes = try read(path, HistoryFile.largestFile)
        let file: HistoryFile
        do {
            file = try HistoryFile(bytes, known: loaded.document.factIDs)
        } catch {
            throw error.inside("the history \(shortened(path))")
        }
        let learning = Learning(cold: loaded.cold, ledger: file.incidents)
        self.loaded?.engine = Engine(
            knowledge: loaded.document.knowledge, parameters: loaded.document.parameters,
            learned: learning.learned)
        dialogue = nil
        return Reply.ready(
            quarantined: learning.quarantined.map(\.incident),
            unknownCauses: learning.unknownCauses)
    }

    // MARK: Judging

    private func rank(
        _ id: String?, _ answers: [Answer], full: Bool
    ) throws(ProtocolFault) -> [UInt8] {
        let loaded = try ready()
        var observations = Observations()
        let unknown = observations.record(answers, known: loaded.document.factIDs)
        return Reply.ranking(
            id: id, Self.judge(loaded, observations, limit: full ? .max : Reply.places),
            ignored: unknown)
    }

    private static func judge(
        _ loaded: Loaded, _ observations: Observations, limit: Int
    ) -> Reply.Judgement {
        Reply.Judgement(
            ranking: loaded.engine.rank(
                observations, limit: min(limit, loaded.document.knowledge.cases.count)),
            together: loaded.engine.together(observations)?.cases)
    }

    // MARK: Dialogue

    private mutating func start(
        _ id: String?, _ answers: [Answer], _ forbidden: [String]
    ) throws(ProtocolFault) -> [UInt8] {
        let document = try ready().document
        var steps = document.steps
        if !forbidden.isEmpty {
            let known = Set(steps.map(\.id))
            if let odd = forbidden.first(where: { !known.contains($0) }) {
                throw ProtocolFault("the forbidden step '\(shortened(odd))' does not exist")
            }
            let forbidden = Set(forbidden)
            steps.removeAll { forbidden.contains($0.id) }
        }
        // Whoever drives us runs the steps, so rights and consent are theirs to give: an intrusive
        // step is proposed, marked as one that needs consent.
        let permission = Permission(allowed: .normal, proposed: .disruptive, privileged: true)
        var conversation = Conversation(
            id: id,
            dialogue: Dialogue(steps: steps, permission: permission, policy: document.policy))
        let unknown = conversation.dialogue.observations.record(answers, known: document.factIDs)
        return try advance(&conversation, ignored: unknown)
    }

    private mutating func result(_ answers: [Answer]) throws(ProtocolFault) -> [UInt8] {
        let document = try ready().document
        guard var conversation = dialogue else {
            throw ProtocolFault("nothing was asked; begin with {\"op\":\"start\",…}")
        }
        conversation.dialogue.finish(conversation.asked)
        let unknown = conversation.dialogue.observations.record(answers, known: document.factIDs)
        return try advance(&conversation, ignored: unknown)
    }

    private mutating func advance(
        _ conversation: inout Conversation, ignored: [FactID]
    ) throws(ProtocolFault) -> [UInt8] {
        let loaded = try ready()
        switch loaded.engine.advise(conversation.dialogue) {
        case .runTogether(let proposals): return ask(&conversation, proposals, ignored)
        case .take(let proposal): return ask(&conversation, [proposal], ignored)
        case .stop(let reason):
            dialogue = nil
            return Reply.stop(
                id: conversation.id, Reply.sentence(reason, policy: loaded.document.policy),
                Self.judge(loaded, conversation.dialogue.observations, limit: Reply.places),
                ignored: ignored)
        }
    }

    private mutating func ask(
        _ conversation: inout Conversation, _ proposals: [Proposal], _ ignored: [FactID]
    ) -> [UInt8] {
        conversation.asked = proposals.map(\.step)
        dialogue = conversation
        return Reply.ask(proposals, id: conversation.id, ignored: ignored)
    }
}
