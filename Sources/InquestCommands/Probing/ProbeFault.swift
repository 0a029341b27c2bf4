import Casebook
import Probes

/// Why probes did not begin: facts, which `ErrorText` turns into a sentence.
enum ProbeFault: Error {
    /// - Parameter path: of the file of targets; `nil` for the command line.
    case badTargets([ProbeTargetError], path: String?)
    case tooManyTargets(Int, path: String)
    case noTargets(path: String?)
    case unknownCheck(String, suggestion: String?)
    case unfitCheck(String, target: ProbeTarget, schemes: [String])
    case badOptions([ProbeOptionFault])
    case consentMissing([String], EffectClass)
    case consentRefused
    case checkCommand(CheckTheChecker.Fault)
}
