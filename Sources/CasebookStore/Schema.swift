internal import GRDB

/// The tables and how they came to be, one migration a change; what a release has applied is
/// never edited.
///
/// The index is built from case files and may be emptied at any time. Tables for what only this
/// machine knows (incidents, outcomes) come by later migrations and name cases by id without a
/// foreign key, so that rebuilding the index does not touch them.
enum Schema {
    /// `INQS`; tells our databases from those of other programs.
    static let applicationID = 0x494E_5153
    /// The number of migrations, kept in `user_version`.
    static let version = 5

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("casebook-index") { database in
            try database.execute(sql: casebookIndex)
            try database.execute(sql: searchIndex)
            try database.execute(
                sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = 1")
        }
        migrator.registerMigration("incident-ledger") { database in
            try database.execute(sql: incidentLedger)
            try database.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("incidents") { database in
            try database.execute(sql: incidents)
            try database.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("fast-start") { database in
            try database.execute(sql: fastStart)
            try database.execute(sql: "PRAGMA user_version = 4")
        }
        migrator.registerMigration("case-list") { database in
            try database.execute(sql: caseList)
            try database.execute(sql: "PRAGMA user_version = 5")
        }
        return migrator
    }

    /// Emptied and filled again at every rebuild, in this order.
    static let tables = [
        "case_replays", "case_rivals", "case_sources", "case_facts", "cases", "facts", "faults",
        "casebook", "case_text", "case_grams",
    ]

    private static let casebookIndex = """
        CREATE TABLE casebook (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            hash TEXT NOT NULL,
            roots TEXT NOT NULL,
            encoding INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            model BLOB NOT NULL
        ) STRICT;
        CREATE TABLE faults (
            number INTEGER PRIMARY KEY,
            fault TEXT NOT NULL
        ) STRICT;
        CREATE TABLE facts (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('symptom', 'finding')),
            position INTEGER NOT NULL,
            meaning TEXT NOT NULL,
            unit TEXT,
            effect TEXT,
            established_by TEXT,
            by_hand TEXT,
            echo_group TEXT,
            tier INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE cases (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            family TEXT NOT NULL,
            status TEXT NOT NULL,
            base_rate TEXT NOT NULL,
            folder TEXT NOT NULL
        ) STRICT;
        CREATE TABLE case_facts (
            case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            fact_id TEXT NOT NULL REFERENCES facts (id),
            frequency TEXT NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (case_id, fact_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX case_facts_by_fact ON case_facts (fact_id);
        CREATE TABLE case_sources (
            case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            title TEXT NOT NULL,
            publisher TEXT NOT NULL,
            url TEXT NOT NULL,
            kind TEXT NOT NULL,
            PRIMARY KEY (case_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE case_rivals (
            case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            rival_id TEXT NOT NULL,
            shows TEXT NOT NULL,
            PRIMARY KEY (case_id, rival_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE case_replays (
            case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
            file TEXT NOT NULL,
            expect TEXT NOT NULL,
            PRIMARY KEY (case_id, file)
        ) STRICT, WITHOUT ROWID;
        """

    /// Words with stems for all texts; three-letter pieces, for parts of words, where the texts
    /// are short (a trigram index takes many times the space of its text).
    private static let searchIndex = """
        CREATE VIRTUAL TABLE case_text USING fts5 (
            title, symptoms, body, ids, tokenize = 'porter unicode61'
        );
        CREATE VIRTUAL TABLE case_grams USING fts5 (title, symptoms, tokenize = 'trigram');
        """

    /// Append-only: what was recorded stays, and a withdrawal is a row of its own that names the
    /// row it takes back. Cases and facts are named by id: the index may be emptied under them.
    private static let incidentLedger = """
        CREATE TABLE ledger (
            number INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'withdrawn')),
            time INTEGER NOT NULL,
            cause TEXT CHECK (cause IS NULL OR kind = 'confirmed'),
            verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
            fingerprint TEXT,
            withdraws INTEGER UNIQUE REFERENCES ledger (number),
            CHECK ((kind = 'withdrawn') = (withdraws IS NOT NULL))
        ) STRICT;
        CREATE TABLE ledger_evidence (
            number INTEGER NOT NULL REFERENCES ledger (number),
            position INTEGER NOT NULL,
            fact_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('symptom', 'finding')),
            state TEXT NOT NULL CHECK (state IN ('present', 'absent', 'unknown')),
            source TEXT NOT NULL,
            PRIMARY KEY (number, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER ledger_is_append_only_1 BEFORE UPDATE ON ledger
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_is_append_only_2 BEFORE DELETE ON ledger
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_is_append_only_3 BEFORE UPDATE ON ledger_evidence
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_is_append_only_4 BEFORE DELETE ON ledger_evidence
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        """
}
