/// A documented failure pattern: what the front matter and the body of one `case.md` say.
public struct Case: Hashable, Sendable, Codable {
    public enum Status: String, CaseIterable, Sendable, Codable {
        case draft, reviewed, retired
    }

    /// How often on-call teams meet the case; the weights belong to `Diagnosis`.
    public enum BaseRate: String, CaseIterable, Sendable, Codable {
        case common, uncommon, rare
    }

    public struct Source: Hashable, Sendable, Codable {
        public enum Kind: String, CaseIterable, Sendable, Codable {
            case incident, issue, documentation, standard, secondary
            case writeUp = "write-up"
        }
        public var title: String
        public var publisher: String
        public var url: String
        public var kind: Kind

        public init(title: String, publisher: String, url: String, kind: Kind) {
            self.title = title
            self.publisher = publisher
            self.url = url
            self.kind = kind
        }
    }

    /// One symptom or finding and how often it is present when this case is the cause.
    public struct Listing: Hashable, Sendable, Codable {
        public var fact: FactID
        public var frequency: Frequency

        public init(fact: FactID, frequency: Frequency) {
            self.fact = fact
            self.frequency = frequency
        }
    }

    /// The test that settles the case, or the reason why nothing can.
    public struct Decision: Hashable, Sendable, Codable {
        public var test: String
        /// May hold `{target}` and `{capture}`.
        public var command: String
        public var effect: EffectClass
        /// Alternatives, each a list of findings that must all be present: the test has matched.
        public var confirms: [[FactID]]
        /// Alternatives, each a list of findings that together prove the case without the test.
        public var sufficient: [[FactID]]
        /// What the test would show if a rival case were the cause, in the file's order.
        public var rivals: [Rival]
        /// Why the case cannot be decided; `nil` when it can.
        public var undecidable: String?

        public init(
            test: String = "", command: String = "", effect: EffectClass = .local,
            confirms: [[FactID]] = [], sufficient: [[FactID]] = [], rivals: [Rival] = [],
            undecidable: String? = nil
        ) {
            self.test = test
            self.command = command
            self.effect = effect
            self.confirms = confirms
            self.sufficient = sufficient
            self.rivals = rivals
            self.undecidable = undecidable
        }
    }

    public struct Rival: Hashable, Sendable, Codable {
        public var id: CaseID
        public var shows: String

        public init(id: CaseID, shows: String) {
            self.id = id
            self.shows = shows
        }
    }

    /// A wrong turn that people took, why it is wrong, and the finding that closes it.
    public struct FalseLead: Hashable, Sendable, Codable {
        public var lead: String
        public var why: String
        public var closedBy: FactID?

        public init(lead: String, why: String, closedBy: FactID? = nil) {
            self.lead = lead
            self.why = why
            self.closedBy = closedBy
        }
    }

    public struct Fixes: Hashable, Sendable, Codable {
        public var mitigation: String
        public var root: String
        public var prevention: String?

        public init(mitigation: String, root: String, prevention: String? = nil) {
            self.mitigation = mitigation
            self.root = root
            self.prevention = prevention
        }
    }

    /// What must be seen after the fix, over what window, and the command that shows it.
    public struct Verification: Hashable, Sendable, Codable {
        public var present: [FactID]
        public var absent: [FactID]
        public var window: String
        public var command: String

        public init(present: [FactID], absent: [FactID], window: String, command: String) {
            self.present = present
            self.absent = absent
            self.window = window
            self.command = command
        }
    }

    /// A capture or evidence file that ships with the case, and what a diagnosis of it must say.
    public struct Replay: Hashable, Sendable, Codable {
        public enum Expectation: String, CaseIterable, Sendable, Codable {
            case confirmed, likely, excluded
            /// The diagnosis as a whole is `undecided`.
            case notEnoughEvidence = "not-enough-evidence"
            /// Anything but `confirmed` for this case.
            case notConfirmed = "not-confirmed"
        }
        /// Relative to the case's folder.
        public var file: String
        public var expect: Expectation
        /// Findings that must be present in the evidence.
        public var cites: [FactID]

        public init(file: String, expect: Expectation, cites: [FactID] = []) {
            self.file = file
            self.expect = expect
            self.cites = cites
        }
    }

    /// One `##` section of the body.
    public struct Section: Hashable, Sendable, Codable {
        public var heading: String
        public var text: String

        public init(heading: String, text: String) {
            self.heading = heading
            self.text = text
        }
    }

    public var id: CaseID
    public var title: String
    public var family: String
    public var status: Status
    public var baseRate: BaseRate
    public var sources: [Source]
    public var symptoms: [Listing]
    public var findings: [Listing]
    /// Findings that exclude the case when they are absent.
    public var requires: [FactID]
    /// What its programs write to their logs; several are alternatives.
    public var signatures: [LogSignature]
    /// Findings of its own, by questions in SQL.
    public var customFindings: [CustomFinding]
    public var decision: Decision
    /// Empty when the file says "none known".
    public var falseLeads: [FalseLead]
    public var fixes: Fixes
    public var verification: Verification
    public var replays: [Replay]
    public var sections: [Section]
    /// The folder of the case, absolute or relative to the working directory.
    public var folder: String

    public init(
        id: CaseID, title: String, family: String, status: Status = .draft,
        baseRate: BaseRate = .uncommon, sources: [Source] = [], symptoms: [Listing] = [],
        findings: [Listing] = [], requires: [FactID] = [], signatures: [LogSignature] = [],
        customFindings: [CustomFinding] = [],
        decision: Decision = Decision(),
        falseLeads: [FalseLead] = [], fixes: Fixes = Fixes(mitigation: "", root: ""),
        verification: Verification = Verification(present: [], absent: [], window: "", command: ""),
        replays: [Replay] = [], sections: [Section] = [], folder: String = ""
    ) {
        self.id = id
        self.title = title
        self.family = family
        self.status = status
        self.baseRate = baseRate
        self.sources = sources
        self.symptoms = symptoms
        self.findings = findings
        self.requires = requires
        self.signatures = signatures
        self.customFindings = customFindings
        self.decision = decision
        self.falseLeads = falseLeads
        self.fixes = fixes
        self.verification = verification
        self.replays = replays
        self.sections = sections
        self.folder = folder
    }
}

extension Case {
    /// The families a case may belong to; a case's folder lies in the folder of its family.
    public static let families = [
        "tls", "tcp", "http", "dns", "load-balancing", "kernel-limits", "middlebox",
        "certificates", "timeouts-retries", "client-library", "artefact",
    ]

    /// The `##` headings that a body must have, in this order.
    public static let requiredHeadings = [
        "Meaning", "Impact", "Diagnosis", "Mitigation", "Story", "False leads",
    ]
}
