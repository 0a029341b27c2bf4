extension Schema {
    /// Every triage from its first answer on. Ids are UUIDs (RFC 9562, version 7); numbers are
    /// SQLite's own and leave the database nowhere. Cases and facts are named by id: the index
    /// may be emptied under them.
    static let incidents = """
        CREATE TABLE incidents (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            origin TEXT NOT NULL,
            revision INTEGER NOT NULL,
            title TEXT NOT NULL,
            casebook TEXT NOT NULL,
            leader TEXT,
            verdict TEXT NOT NULL,
            probability REAL,
            facts INTEGER NOT NULL,
            ledger INTEGER REFERENCES ledger (number),
            resolved INTEGER
        ) STRICT;
        CREATE INDEX incidents_by_time ON incidents (updated, number);
        CREATE INDEX incidents_open ON incidents (updated, number) WHERE resolved IS NULL;
        CREATE INDEX incidents_resolved ON incidents (updated, number)
            WHERE resolved IS NOT NULL;
        CREATE INDEX incidents_by_ledger ON incidents (ledger) WHERE ledger IS NOT NULL;
        CREATE TABLE incident_documents (
            number INTEGER PRIMARY KEY REFERENCES incidents (number) ON DELETE CASCADE,
            document BLOB NOT NULL
        ) STRICT;
        CREATE TABLE fact_names (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            present INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE incident_facts (
            incident INTEGER NOT NULL REFERENCES incidents (number) ON DELETE CASCADE,
            fact INTEGER NOT NULL REFERENCES fact_names (number),
            present INTEGER NOT NULL CHECK (present IN (0, 1)),
            PRIMARY KEY (incident, fact)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX incident_facts_by_fact ON incident_facts (fact, incident) WHERE present = 1;
        CREATE TRIGGER facts_are_counted_1 AFTER INSERT ON incident_facts WHEN new.present = 1
            BEGIN UPDATE fact_names SET present = present + 1 WHERE number = new.fact; END;
        CREATE TRIGGER facts_are_counted_2 AFTER DELETE ON incident_facts WHEN old.present = 1
            BEGIN UPDATE fact_names SET present = present - 1 WHERE number = old.fact; END;
        CREATE VIRTUAL TABLE incident_text USING fts5 (
            words, targets, cases, findings, captures, tokenize = 'porter unicode61'
        );
        CREATE TABLE outcomes (
            ledger INTEGER PRIMARY KEY REFERENCES ledger (number),
            verified_by TEXT,
            fixed_by TEXT,
            seconds INTEGER,
            casebook TEXT,
            standing TEXT,
            probability REAL
        ) STRICT;
        """
}
