/// What is known of a fact. Not looked at is `unknown`, never `absent`.
public enum FactState: String, CaseIterable, Sendable, Codable {
    case present, absent, unknown
}

/// One observation: a fact, its state, who established it, and where it can be seen.
///
/// `schema inquest.evidence/1`, see `EvidenceFile` in `Triage` for the file format.
public struct Evidence: Hashable, Sendable {
    public enum Kind: String, Sendable, Codable {
        case symptom, finding
    }

    /// A number that the observation carries.
    public struct Measure: Hashable, Sendable {
        public var value: Double
        public var unit: String

        public init(value: Double, unit: String) {
            self.value = value
            self.unit = unit
        }
    }

    /// A place in a capture or a log that shows the observation.
    public struct Location: Hashable, Sendable {
        public var file: String
        /// Zero-based, in order of the flows' first packets; equals Wireshark's `tcp.stream`.
        public var flow: Int?
        /// One-based; equals Wireshark's `frame.number`.
        public var packet: Int?
        /// One-based, of a log.
        public var line: Int?
        /// Nanoseconds since 1970-01-01T00:00:00Z.
        public var time: Int64?

        public init(
            file: String, flow: Int? = nil, packet: Int? = nil, line: Int? = nil,
            time: Int64? = nil
        ) {
            self.file = file
            self.flow = flow
            self.packet = packet
            self.line = line
            self.time = time
        }
    }

    public var id: FactID
    public var kind: Kind
    public var state: FactState
    /// `operator`, `report`, `capture:FILE`, `probe:TARGET`, `host:NAME`.
    public var source: String
    /// How many instances were seen; `locations` may list fewer.
    public var count: Int?
    /// One sentence for a person. For `unknown`: why it could not be told.
    public var summary: String
    public var measure: Measure?
    public var locations: [Location]

    public init(
        id: FactID, kind: Kind, state: FactState, source: String, count: Int? = nil,
        summary: String = "", measure: Measure? = nil, locations: [Location] = []
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.source = source
        self.count = count
        self.summary = summary
        self.measure = measure
        self.locations = locations
    }
}

extension Evidence {
    /// Who established a fact; each has its own error rates in `Diagnosis`.
    public enum Instrument: String, CaseIterable, Sendable, Codable {
        /// A person's answer to a question.
        case `operator`
        /// Volunteered before anybody asked; only "present" exists.
        case report
        case capture, probe, host
    }

    /// Read from the part of `source` before the colon; an unknown word counts as `operator`,
    /// the least trusted instrument that can say both yes and no.
    public var instrument: Instrument {
        let name = source.split(separator: ":", maxSplits: 1).first.map(String.init) ?? ""
        return Instrument(rawValue: name) ?? .operator
    }
}

/// Something that lowers the worth of the evidence, for example a one-sided capture.
public struct Warning: Hashable, Sendable {
    public var id: String
    public var summary: String

    public init(id: String, summary: String) {
        self.id = id
        self.summary = summary
    }
}
