// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
/// For the targets that touch captured bytes or C: every unsafe use is marked.
let strictMemory = strict + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// SQLite's C interface, for a connection that GRDB has no say in.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")

let package = Package(
    name: "inquest",
    products: [.executable(name: "inquest", targets: ["inquest"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        // No pkgConfig: a module has one, these are three.
        .systemLibrary(
            name: "CCompression",
            providers: [.apt(["zlib1g-dev", "libzstd-dev", "liblz4-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CAllocation"),
        .systemLibrary(name: "CFileExchange"),
        .systemLibrary(name: "CPrefetch"),
        .systemLibrary(name: "CSocketDiagnostics"),
        // No pkgConfig: its flags make SwiftPM warn at every build; the shim does what they are for.
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
        .target(name: "CTerminalRescue", cSettings: [.treatAllWarnings(as: .error)]),
        .target(name: "Casebook", swiftSettings: strict),
        .target(
            name: "CasebookFiles", dependencies: ["CFileExchange", "Casebook", "Yams"],
            swiftSettings: strict),
        .target(name: "CasebookStore", dependencies: ["Casebook", grdb], swiftSettings: strict),
        .target(name: "Diagnosis", dependencies: ["Casebook"], swiftSettings: strict),
        .target(name: "Dissection", swiftSettings: strictMemory),
        .target(
            name: "PacketCapture", dependencies: ["CCompression", "CPcap", "Dissection"],
            swiftSettings: strictMemory),
        .target(
            name: "Redaction", dependencies: ["COpenSSL", "Dissection"],
            swiftSettings: strictMemory),
        .target(
            name: "TrafficAnalysis", dependencies: ["CPrefetch", "Casebook", "Dissection"],
            swiftSettings: strict),
        .target(
            name: "Probes", dependencies: ["COpenSSL", "Casebook", "Dissection"],
            swiftSettings: strictMemory),
        .target(
            name: "HostInspection", dependencies: ["CSocketDiagnostics", "Casebook"],
            swiftSettings: strictMemory),
        .target(
            name: "ObservationTables", dependencies: [sqlite], swiftSettings: strictMemory),
        .target(
            name: "Triage",
            dependencies: [
                "Casebook", "CasebookFiles", "CasebookStore", "Diagnosis", "Dissection",
                "HostInspection", "ObservationTables", "PacketCapture", "Probes", "Redaction",
                "TrafficAnalysis", logging,
            ], swiftSettings: strict),
        .target(name: "TerminalUI", swiftSettings: strict),
        .target(
            name: "NcursesTerminal", dependencies: ["CNcurses", "CTerminalRescue", "TerminalUI"],
            swiftSettings: strictMemory),
        .target(
            name: "TriageTUI",
            dependencies: [
                "Casebook", "CasebookStore", "Diagnosis", "HostInspection", "TerminalUI",
                "TrafficAnalysis", "Triage",
            ],
            swiftSettings: strict),
        .target(
            name: "EngineProtocol", dependencies: ["Casebook", "Diagnosis", "Triage"],
            swiftSettings: strict),
        .target(
            name: "InquestCommands",
            dependencies: [
                "Casebook", "CasebookFiles", "CasebookStore", "Diagnosis", "Dissection",
                "EngineProtocol", "HostInspection", "NcursesTerminal", "ObservationTables",
                "PacketCapture", "Probes", "Redaction", "TerminalUI", "TrafficAnalysis", "Triage",
                "TriageTUI", argumentParser, logging,
            ], swiftSettings: strict),
        .executableTarget(
            name: "inquest", dependencies: ["CAllocation", "InquestCommands"],
            swiftSettings: strict),
        .target(
            name: "CaptureGeneration", path: "Tests/CaptureGenerator/Generation",
            swiftSettings: strict),
        .executableTarget(
            name: "capture-generator", dependencies: ["CaptureGeneration", argumentParser],
            path: "Tests/CaptureGenerator/Command", swiftSettings: strict),
        .target(
            name: "EvaluationSimulation",
            dependencies: ["Casebook", "CasebookFiles", "Diagnosis", "Triage"],
            path: "Tests/Evaluation/Simulation", swiftSettings: strict),
        .executableTarget(
            name: "evaluate", dependencies: ["EvaluationSimulation", argumentParser],
            path: "Tests/Evaluation/Command", swiftSettings: strict),
        .target(name: "FuzzCorpus", path: "Tests/Fuzz/Corpus", swiftSettings: strict),
        .executableTarget(
            name: "mangle",
            dependencies: [
                "CaptureGeneration", "Dissection", "PacketCapture", "TrafficAnalysis",
                argumentParser,
            ],
            path: "Tests/Fuzz/Mangle", swiftSettings: strict),
        .testTarget(name: "CasebookTests", dependencies: ["Casebook"], swiftSettings: strict),
        .testTarget(
            name: "CasebookFilesTests", dependencies: ["Casebook", "CasebookFiles"],
            swiftSettings: strict),
        .testTarget(
            name: "CasebookStoreTests", dependencies: ["Casebook", "CasebookStore", grdb],
            swiftSettings: strict),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Casebook", "Diagnosis"],
            swiftSettings: strict),
        .testTarget(
            name: "DissectionTests", dependencies: ["Dissection", "FuzzCorpus"],
            swiftSettings: strict),
        .testTarget(
            name: "PacketCaptureTests",
            dependencies: ["Dissection", "FuzzCorpus", "PacketCapture"],
            swiftSettings: strict),
        .testTarget(
            name: "RedactionTests", dependencies: ["Dissection", "PacketCapture", "Redaction"],
            swiftSettings: strict),
        .testTarget(
            name: "TrafficAnalysisTests",
            dependencies: [
                "Casebook", "Dissection", "FuzzCorpus", "PacketCapture", "TrafficAnalysis",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CaptureGeneratorTests",
            dependencies: [
                "Casebook", "CaptureGeneration", "Dissection", "PacketCapture", "TrafficAnalysis",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ProbesTests", dependencies: ["Casebook", "Dissection", "Probes"],
            swiftSettings: strict),
        .testTarget(
            name: "HostInspectionTests", dependencies: ["Casebook", "HostInspection"],
            exclude: ["Support/lab.py"],
            swiftSettings: strict),
        .testTarget(
            name: "TerminalUITests", dependencies: ["TerminalUI"], swiftSettings: strict),
        .testTarget(
            name: "TriageTUITests",
            dependencies: [
                "Casebook", "CasebookFiles", "CasebookStore", "Diagnosis", "HostInspection",
                "TerminalUI", "TrafficAnalysis", "Triage", "TriageTUI",
            ],
            exclude: ["Snapshots"], swiftSettings: strict),
        .testTarget(
            name: "InquestCommandTests",
            dependencies: [
                "Casebook", "CasebookStore", "Diagnosis", "EvaluationSimulation", "PacketCapture",
                "Redaction", "TrafficAnalysis", "Triage", "inquest",
            ],
            exclude: ["Fixtures", "Snapshots"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
