import CasebookStore
import Triage

/// `inquest info --check` and `--backup`.
enum DatabaseHealthText {
    static func check(asJSON: Bool, _ run: Run) throws(Failure) -> ExitStatus {
        let path = try path(run)
        let health: DatabaseCare.Health
        do {
            health = try DatabaseCare.check(path)
        } catch .damaged(_, let reason) {
            // As much as can be said of a file that cannot be opened.
            health = DatabaseCare.Health(damagedBecause: reason)
        } catch {
            throw .incidents(error)
        }
        if asJSON {
            run.console.write(document(path, health))
        } else {
            var page = run.console.newPage()
            write(path, health, &page)
            run.console.write(page)
        }
        return health.faults.isEmpty ? .done : .found
    }

    private static func write(
        _ path: String, _ health: DatabaseCare.Health, _ page: inout TextPage
    ) {
        let holds =
            "\(Figures.plural(health.incidents, "incident")), "
            + "\(Figures.plural(health.ledgerEntries, "entry", "entries")) of the ledger, "
            + "an index of \(Figures.plural(health.cases, "case")); "
            + "\(Figures.bytes(UInt64(max(0, health.bytes)))), schema \(health.schema)"
        if health.faults.isEmpty {
            page.paragraph(
                "\(path): every page and table was read.", label: "SOUND: ",
                labelStyle: .good)
            return page.paragraph(holds, indent: 2)
        }
        page.paragraph(path, label: "DAMAGED: ", labelStyle: .alarm)
        if health.schema > 0 { page.paragraph("What can be read of it: \(holds)", indent: 2) }
        for fault in health.faults { page.paragraph(fault, label: "! ", indent: 2) }
        page.heading("What to do")
        page.paragraph("Stop every Inquest, and keep a copy of the file as it is.", indent: 2)
        page.paragraph("With a backup ('inquest info --backup'), put it in its place.", indent: 2)
        page.paragraph(
            "Without, save what SQLite can still read, and look at the result with --check:",
            indent: 2)
        page.command("sqlite3 \(CommandFilling.quoted(path)) .recover | sqlite3 saved.db")
        page.command("inquest info --check --database saved.db")
        page.paragraph(
            "The index of cases needs none of that: it is made anew from the case files.",
            indent: 2)
    }

    private static func document(_ path: String, _ health: DatabaseCare.Health) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.database-check/1")
            writer.member("database", path)
            writer.member("sound", health.faults.isEmpty)
            writer.member("faults", strings: health.faults)
            writer.member("incidents", health.incidents)
            writer.member("ledger", health.ledgerEntries)
            writer.member("cases", health.cases)
            writer.member("schema_version", health.schema)
            writer.member("bytes", Int(health.bytes))
        }
        writer.endLine()
        return writer.bytes
    }

    static func backUp(
        to target: String, asJSON: Bool, _ run: Run
    ) throws(Failure) -> ExitStatus {
        let path = try path(run)
        if let code = OutputFile.obstacle(to: target) {
            throw .writing(path: target, code: code)
        }
        let bytes: Int64
        do {
            bytes = try DatabaseCare.backUp(path, to: target)
        } catch {
            throw .incidents(error)
        }
        if asJSON {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.database-backup/1")
                writer.member("database", path)
                writer.member("backup", target)
                writer.member("bytes", Int(bytes))
            }
            writer.endLine()
            run.console.write(writer.bytes)
        } else {
            run.console.note(
                "Copied \(path) to \(target) (\(Figures.bytes(UInt64(max(0, bytes))))). "
                    + "'--database FILE' uses it.")
        }
        return .done
    }

    private static func path(_ run: Run) throws(Failure) -> String {
        let path = DatabaseLocation.path(
            explicit: run.settings.database, environment: run.settings.environment)
        guard let path else { throw .incidents(.notKept) }
        return path
    }
}
