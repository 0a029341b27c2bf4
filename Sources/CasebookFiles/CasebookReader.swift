internal import Casebook

/// Gathers the files of all folders, then checks them against one another.
struct CasebookReader {
    private struct Entry {
        var draft: CaseDraft
        var log: FaultLog
    }

    private var hash = FolderHash()
    /// In the order of reading.
    private var logs: [FaultLog] = []
    private var symptoms: [Located<Symptom>] = []
    private var findings: [Located<FindingKind>] = []
    private var cases: [CaseID: Entry] = [:]
    /// Those of earlier folders that `cases` stand in the place of, the last one last.
    private var overridden: [CaseID: [Entry]] = [:]
    /// Also ids of cases that are too broken to be used: who names them as rivals is not wrong.
    private var knownCases: Set<CaseID> = []
    private var roots: [String] = []
    /// Of the folder that is being read.
    private var isTrusted = true
    private let checkQuery: QueryCheck?

    init(checkQuery: QueryCheck?) { self.checkQuery = checkQuery }

    /// - Parameter isTrusted: whether its commands are ours, and its words may replace others.
    mutating func add(_ root: String, isTrusted: Bool) {
        hash.begin(isTrusted: isTrusted)
        roots.append(root)
        self.isTrusted = isTrusted
        var first: [CaseID: String] = [:]
        forEachFile(in: root) { file in
            hash.add(file)
            let log = FaultLog(path: file.path.isEmpty ? root : "\(root)/\(file.path)")
            logs.append(log)
            switch file.content {
            case .success(let bytes): read(bytes, file, log, &first)
            case .failure(let fault): report(fault, file, log)
            }
        }
    }

    private mutating func read(
        _ bytes: [UInt8], _ file: CasebookFile, _ log: FaultLog, _ first: inout [CaseID: String]
    ) {
        switch file.kind {
        case .symptoms:
            let words = SymptomFile.read(SourceText(bytes: bytes, log: log), log: log)
            merge(words, into: &symptoms, log)
        case .findings:
            var words = FindingFile.read(SourceText(bytes: bytes, log: log), log: log)
            if !isTrusted {
                words = words.map {
                    Located(value: $0.value.withCommandsShown, place: $0.place)
                }
            }
            merge(words, into: &findings, log)
        case .caseFile:
            let parts = file.path.split(separator: "/")
            knownCases.insert(String(parts[parts.count - 2]))
            if parts.count < 3 {
                log.error(.start, "a case lies in FAMILY/ID/case.md", "move it two folders down")
            }
            guard var draft = readDraft(bytes, path: log.path, log: log), !draft.value.id.isEmpty
            else { return }
            if !isTrusted { draft.value = draft.value.withCommandsShown }
            let id = draft.value.id
            knownCases.insert(id)
            if let other = first[id] {
                log.error(
                    draft.idPlace, "case \(quoted(id)) exists twice",
                    "the other is \(printable(other, limit: 200))")
                return
            }
            first[id] = file.path
            if let other = cases[id] { overridden[id, default: []].append(other) }
            cases[id] = Entry(draft: draft, log: log)
        case .folder: return
        }
    }

    private func report(_ fault: FileFault, _ file: CasebookFile, _ log: FaultLog) {
        if file.kind == .caseFile, fault == .missing {
            let family = file.path.prefix { $0 != "/" }
            if Case.families.contains(String(family)) {
                log.warning(.start, "the folder of a case holds no “case.md”")
            }
        } else {
            log.error(.start, fault.text)
        }
    }

    private func merge<Word: Identified>(
        _ new: [Located<Word>], into all: inout [Located<Word>], _ log: FaultLog
    ) {
        let places = Dictionary(
            all.indices.map { (all[$0].value.id, $0) }, uniquingKeysWith: { a, _ in a })
        for word in new {
            guard let index = places[word.value.id] else {
                all.append(word)
                continue
            }
            if isTrusted {
                all[index] = word
            } else {
                log.warning(
                    word.place, "\(quoted(word.value.id)) is a word of another folder already",
                    "this folder is not trusted and cannot change it")
            }
        }
    }

    consuming func finish() -> (casebook: Casebook?, diagnostics: [Diagnostic], hash: String) {
        checkVocabulary()
        let vocabulary = Vocabulary(
            symptoms: symptoms.map(\.value), findings: findings.map(\.value), cases: knownCases,
            signed: cases.values.map(\.draft.value))
        for (id, entry) in cases {
            check(entry, vocabulary)
            if entry.log.isBroken { fallBack(id, from: entry, vocabulary) }
        }
        let usable = cases.values.filter { !$0.log.isBroken }.map(\.draft.value)
        let digest = hash.finish()
        let isEmpty = symptoms.isEmpty && findings.isEmpty
        return (
            isEmpty
                ? nil
                : Casebook(
                    cases: usable, symptoms: vocabulary.symptoms, findings: vocabulary.findings,
                    hash: digest),
            logs.flatMap { $0.finish() }, digest
        )
    }

    private func check(_ entry: Entry, _ vocabulary: Vocabulary) {
        CaseLint(
            draft: entry.draft, vocabulary: vocabulary, log: entry.log, checkQuery: checkQuery
        ).check()
        checkReplayFiles(entry)
        checkUnusedReplays(entry)
        checkMutualRivals(entry)
    }

    /// A faulty case takes a good one of an earlier folder away from nobody.
    private mutating func fallBack(
        _ id: CaseID, from entry: Entry, _ vocabulary: Vocabulary
    ) {
        for other in (overridden[id] ?? []).reversed() {
            check(other, vocabulary)
            if other.log.isBroken { continue }
            cases[id] = other
            entry.log.warning(
                entry.draft.idPlace, "the faulty case is left out",
                "until it is mended, \(printable(other.log.path, limit: 200)) is used")
            return
        }
    }

    private mutating func checkVocabulary() {
        let root = roots.first ?? "."
        for (name, isEmpty) in [
            ("symptoms.yaml", symptoms.isEmpty), ("findings.yaml", findings.isEmpty),
        ] where isEmpty {
            let log = FaultLog(path: "\(root)/\(name)")
            log.error(.start, "the vocabulary has no \(name.prefix { $0 != "." })")
            logs.append(log)
        }
        let questions = Set(symptoms.map(\.value.id))
        for finding in findings where questions.contains(finding.value.id) {
            logs.first { $0.path.hasSuffix("/findings.yaml") }?.error(
                finding.place, "\(quoted(finding.value.id)) is a symptom too", "rename one")
        }
    }

    private func checkReplayFiles(_ entry: Entry) {
        for replay in entry.draft.replays where isInside(replay.value.file) {
            ReplayFile(replay.value.file, in: entry.draft.value.folder).check(
                replay.place, entry.log)
        }
    }

    /// A capture that no row names is never run.
    private func checkUnusedReplays(_ entry: Entry) {
        let named = Set(entry.draft.replays.map(\.value.file))
        let present = try? listFolder("\(entry.draft.value.folder)/replays")
        for name in present ?? [] where !named.contains("replays/\(name)") {
            guard [".pcap", ".pcapng", ".json"].contains(where: name.hasSuffix) else { continue }
            entry.log.warning(
                entry.draft.replaysPlace, "no row names the file \(quoted("replays/\(name)"))",
                "add it under “replays”, or remove it")
        }
    }

    private func checkMutualRivals(_ entry: Entry) {
        let id = entry.draft.value.id
        for rival in entry.draft.rivals where rival.value != id {
            guard let other = cases[rival.value], !other.log.isBroken,
                other.draft.value.decision.undecidable == nil,
                !other.draft.rivals.contains(where: { $0.value == id })
            else { continue }
            entry.log.warning(
                rival.place, "\(quoted(rival.value)) does not name \(quoted(id)) as its rival",
                "add it to its “rivals”")
        }
    }
}
