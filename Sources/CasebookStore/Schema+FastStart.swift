extension Schema {
    /// What was found out once and holds until something changes; both may be emptied at any time.
    ///
    /// `casebook_stamp` tells how the files of the indexed casebook looked. `learned` is what the
    /// ledger's lines up to `through` taught a casebook, of those that were used last.
    static let fastStart = """
        CREATE TABLE casebook_stamp (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            stamp TEXT NOT NULL,
            hash TEXT NOT NULL,
            untrusted TEXT NOT NULL
        ) STRICT;
        CREATE TABLE learned (
            number INTEGER PRIMARY KEY,
            casebook TEXT NOT NULL UNIQUE,
            encoding INTEGER NOT NULL,
            through INTEGER NOT NULL,
            tally_sum INTEGER NOT NULL,
            tally BLOB NOT NULL,
            memory_sum INTEGER NOT NULL,
            memory BLOB NOT NULL
        ) STRICT;
        """

    /// How many replays a case has, which lists tell: to count them there takes as long as the rest
    /// of a list.
    static let caseList = "ALTER TABLE cases ADD COLUMN replays INTEGER NOT NULL DEFAULT 0"
}
