import Casebook
import Diagnosis
import Triage

/// A whole case for a reader.
struct CaseText {
    let entry: Case
    let casebook: Casebook

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        page.paragraph(entry.title, style: .bold)
        page.paragraph(
            "\(entry.id); family \(entry.family), \(entry.baseRate.rawValue), "
                + entry.status.rawValue, indent: 2)
        Provenance(entry, casebook).write(&page)
        sections(&page)
        listings(entry.symptoms, "Symptoms", &page)
        listings(entry.findings, "Findings", &page)
        customFindings(&page)
        decision(&page)
        leads(&page)
        fixes(&page)
        sources(&page)
        return page
    }

    private func sections(_ page: inout TextPage) {
        for section in entry.sections {
            page.heading(section.heading)
            MarkdownText.write(section.text, &page)
        }
    }

    /// Most frequent first; what must never be there stands last.
    private func listings(
        _ listings: [Case.Listing], _ heading: String, _ page: inout TextPage
    ) {
        if listings.isEmpty { return }
        page.heading(heading)
        for frequency in Frequency.allCases {
            for listing in listings where listing.frequency == frequency {
                let label = DisplayWidth.pad(frequency.rawValue, to: 11)
                let question = casebook[symptom: listing.fact].map { ": \($0.question)" } ?? ""
                page.paragraph(listing.fact + question, label: label, indent: 2)
            }
        }
        for fact in entry.requires where listings.contains(where: { $0.fact == fact }) {
            page.paragraph("\(fact), else the case is excluded", label: "required   ", indent: 2)
        }
    }

    private func customFindings(_ page: inout TextPage) {
        if entry.customFindings.isEmpty { return }
        page.heading("Findings of its own, by questions in SQL")
        for finding in entry.customFindings {
            page.paragraph(finding.id(in: entry.id), label: "- ", indent: 2)
            page.paragraph("\(finding.definition) (\(finding.source.rawValue))", indent: 4)
            for line in finding.query.split(separator: "\n") {
                page.paragraph(String(line), indent: 6, style: .dim)
            }
        }
    }

    private func decision(_ page: inout TextPage) {
        let decision = entry.decision
        page.heading("The test that decides")
        if let why = decision.undecidable {
            return page.paragraph("There is none: \(why)", indent: 2)
        }
        page.paragraph(decision.test, indent: 2)
        page.command(CommandFilling(target: nil, capture: nil).fill(decision.command))
        page.paragraph("Effect: \(decision.effect.rawValue).", indent: 2)
        for facts in decision.confirms {
            page.paragraph(facts.joined(separator: " and "), label: "confirmed by  ", indent: 2)
        }
        for facts in decision.sufficient {
            page.paragraph(facts.joined(separator: " and "), label: "proven by     ", indent: 2)
        }
        for rival in decision.rivals {
            page.paragraph("if \(rival.id): \(rival.shows)", label: "- ", indent: 2)
        }
    }

    private func leads(_ page: inout TextPage) {
        if entry.falseLeads.isEmpty { return }
        page.heading("False leads and what closes them")
        for lead in entry.falseLeads {
            let closedBy = lead.closedBy.map { " Closed by \($0)." } ?? ""
            page.paragraph("\(lead.lead) \(lead.why)\(closedBy)", label: "- ", indent: 2)
        }
    }

    private func fixes(_ page: inout TextPage) {
        page.heading("Fixes and proof")
        page.paragraph(entry.fixes.mitigation, label: "Now:    ", indent: 2)
        page.paragraph(entry.fixes.root, label: "Cause:  ", indent: 2)
        if let prevention = entry.fixes.prevention {
            page.paragraph(prevention, label: "Later:  ", indent: 2)
        }
        let verification = entry.verification
        page.paragraph(verification.window, label: "Proof:  ", indent: 2)
        for fact in verification.absent { page.paragraph(fact, label: "gone: ", indent: 10) }
        for fact in verification.present { page.paragraph(fact, label: "seen: ", indent: 10) }
        page.command(CommandFilling(target: nil, capture: nil).fill(verification.command))
    }

    private func sources(_ page: inout TextPage) {
        page.heading("Sources")
        for source in entry.sources {
            page.paragraph(
                "\(source.title), \(source.publisher) (\(source.kind.rawValue))", label: "- ",
                indent: 2)
            page.line("    " + source.url)
        }
    }
}
