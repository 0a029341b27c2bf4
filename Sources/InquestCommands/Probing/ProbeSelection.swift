import Probes
import Triage

/// The targets and checks that the words of a command line name.
struct ProbeSelection {
    let targets: [ProbeTarget]
    /// Empty: the bundle of each target.
    let checks: [any Probe.Type]

    /// 10,000 targets of the longest form.
    private static let longestFile = 41 << 20

    /// - Parameter file: of targets; with it all `words` are checks.
    init(words: [String], file: String?) throws(Failure) {
        let names = file == nil ? words.dropFirst() : words[...]
        checks = try Self.checks(names)
        if let file {
            targets = try Self.read(file)
        } else if let word = words.first {
            let target = try ProbeArguments.target(word)
            targets = [try Self.fitted(target, checks, isExplicit: word.contains("://"))]
        } else {
            throw .probing(.noTargets(path: nil))
        }
    }

    func jobs(_ options: ProbeOptions) throws(Failure) -> [ProbeRequest.Job] {
        var jobs: [ProbeRequest.Job] = []
        for target in targets {
            let fitting = checks.filter { $0.schemes.contains(target.scheme) }
            let probes = checks.isEmpty ? ProbeBundle(for: target, options).chosen : fitting
            if probes.isEmpty, let check = checks.first {
                throw .probing(Self.unfit(check, target))
            }
            jobs.append(
                ProbeRequest.Job(target: target, probes: probes, isNamed: !checks.isEmpty))
        }
        return jobs
    }

    /// In the order in which they are listed, each once.
    private static func checks(_ names: ArraySlice<String>) throws(Failure) -> [any Probe.Type] {
        for name in names where ProbeList.named(name) == nil {
            throw .probing(
                .unknownCheck(
                    name, suggestion: Nearest.match(name, in: ProbeList.all.map { $0.name })))
        }
        return ProbeList.all.filter { names.contains($0.name) }
    }

    /// Who asks a bare host and port for a check of TLS means TLS.
    private static func fitted(
        _ target: ProbeTarget, _ checks: [any Probe.Type], isExplicit: Bool
    ) throws(Failure) -> ProbeTarget {
        guard let unfit = checks.first(where: { !$0.schemes.contains(target.scheme) })
        else { return target }
        let common = ProbeTarget.Scheme.allCases.filter { scheme in
            checks.allSatisfy { $0.schemes.contains(scheme) }
        }
        guard !isExplicit, let scheme = common.first else {
            throw .probing(Self.unfit(unfit, target))
        }
        var fitted = target
        fitted.scheme = scheme
        return fitted
    }

    private static func unfit(_ check: any Probe.Type, _ target: ProbeTarget) -> ProbeFault {
        let schemes = ProbeTarget.Scheme.allCases.filter { check.schemes.contains($0) }
        return .unfitCheck(check.name, target: target, schemes: schemes.map(\.rawValue))
    }

    private static func read(_ path: String) throws(Failure) -> [ProbeTarget] {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(path, limit: longestFile)
        } catch {
            throw .input(error, what: "list of targets")
        }
        let list = ProbeTarget.list(parsing: String(decoding: bytes, as: UTF8.self))
        let name = path == "-" ? "standard input" : path
        if !list.errors.isEmpty { throw .probing(.badTargets(list.errors, path: name)) }
        var seen: Set<ProbeTarget> = []
        let targets = list.targets.filter { seen.insert($0).inserted }
        if targets.isEmpty { throw .probing(.noTargets(path: name)) }
        guard targets.count <= ProbeCommand.mostTargets else {
            throw .probing(.tooManyTargets(targets.count, path: name))
        }
        return targets
    }
}
