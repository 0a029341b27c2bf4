import Casebook
import Triage

/// Fills in what only people know, question by question; every answer is on disk before the next
/// question is asked.
struct CaseForm {
    let console: Console
    let draft: DraftFolder
    private let isTaken: (CaseID) -> Bool
    private var input = LineInput()

    init(console: Console, draft: DraftFolder, isTaken: @escaping (CaseID) -> Bool) {
        self.console = console
        self.draft = draft
        self.isTaken = isTaken
    }

    /// Until all is answered, the input ends or somebody presses ^C; the check of the case names
    /// what is missing then.
    mutating func ask(_ drafted: inout DraftedCase) throws(Failure) {
        console.note("An empty answer takes what stands in [brackets], or leaves a blank.")
        for question in CaseQuestion.all where question.isOpen(drafted.value) {
            guard try ask(question, &drafted) else { return }
        }
        for question in CaseQuestion.rivals(drafted.value) where question.isOpen(drafted.value) {
            guard try ask(question, &drafted) else { return }
        }
        try askLeads(&drafted)
    }

    /// - Returns: whether there was an answer, if only an empty one.
    private mutating func ask(
        _ question: CaseQuestion, _ drafted: inout DraftedCase
    ) throws(Failure) -> Bool {
        let offer = question.offer(drafted.value)
        while let line = line(question.text, offer) {
            let answer = line.isEmpty ? offer ?? "" : line
            if answer.isEmpty { return true }
            if question.name == "id", isTaken(answer) {
                console.note("There is a case “\(answer)” already; choose another name.")
                continue
            }
            if let fault = question.put(answer, &drafted.value) {
                console.note("That cannot be: \(fault).")
                continue
            }
            try keep(drafted)
            return true
        }
        return false
    }

    private mutating func askLeads(_ drafted: inout DraftedCase) throws(Failure) {
        while true {
            guard
                let lead = line(
                    "A wrong turn that somebody took? Empty when there is no other:", nil)
            else { return }
            if lead.isEmpty { return }
            guard let why = line("Why was it wrong?", nil) else { return }
            if why.isEmpty { continue }
            drafted.value.falseLeads.append(Case.FalseLead(lead: lead, why: why))
            try keep(drafted)
        }
    }

    private func keep(_ drafted: DraftedCase) throws(Failure) {
        try draft.write(drafted.text, family: drafted.value.family, id: drafted.value.id)
    }

    private mutating func line(_ text: String, _ offer: String?) -> String? {
        console.note(text)
        console.prompt((offer.map { "[\($0)] " } ?? "") + "> ")
        guard let line = input.next() else {
            console.note("")
            return nil
        }
        return line.trimmedOfBlanks
    }
}

extension String {
    /// Without blanks at its ends.
    var trimmedOfBlanks: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = drop(while: isBlank)
        return String(start.reversed().drop(while: isBlank).reversed())
    }
}
