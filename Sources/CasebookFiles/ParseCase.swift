public import Casebook

/// Reads one case and checks it against `vocabulary`.
///
/// - Parameters:
///   - text: the whole file.
///   - checkQuery: looks at the queries of custom findings; `nil` leaves them unchecked.
///   - path: for the diagnostics; when it ends in `FAMILY/ID/case.md`, id and family are compared
///     with it, and `folder` of the case is set from it.
/// - Returns: the case, or `nil` when it has an error that makes it unfit for a diagnosis; and
///   everything that was found, sorted by place.
public func parseCase(
    text: String, path: String, vocabulary: Vocabulary, checkQuery: QueryCheck? = nil
) -> (case: Case?, diagnostics: [Diagnostic]) {
    let log = FaultLog(path: path)
    guard let draft = readDraft(Array(text.utf8), path: path, log: log) else {
        return (nil, log.finish())
    }
    CaseLint(draft: draft, vocabulary: vocabulary, log: log, checkQuery: checkQuery).check()
    return (log.isBroken ? nil : draft.value, log.finish())
}

/// Reads a case file without looking at the vocabulary.
func readDraft(_ bytes: [UInt8], path: String, log: FaultLog) -> CaseDraft? {
    guard bytes.count <= caseSizeLimit else {
        log.error(.start, tooLarge(bytes.count, limit: caseSizeLimit))
        return nil
    }
    guard var draft = CaseReader.read(SourceText(bytes: bytes, log: log), log: log) else {
        return nil
    }
    let components = path.split(separator: "/")
    if components.last == "case.md", components.count >= 2 {
        draft.value.folder = String(path.dropLast("/case.md".count))
        let lint = CaseLint(
            draft: draft, vocabulary: Vocabulary(symptoms: [], findings: []), log: log)
        lint.checkFolder(components)
    }
    return draft
}

/// Bytes of a case file that are accepted; a long case has 30 KiB.
let caseSizeLimit = 1 << 20

func tooLarge(_ size: Int, limit: Int) -> String {
    "the file has \(size) bytes; at most \(limit) are read"
}

/// The id and the family that a case file says, without looking at anything else; `nil` when it
/// says none.
public func nameOfCase(_ bytes: [UInt8]) -> (family: String, id: String)? {
    guard let draft = readDraft(bytes, path: "", log: FaultLog(path: "")), !draft.value.id.isEmpty
    else { return nil }
    return (draft.value.family, draft.value.id)
}
