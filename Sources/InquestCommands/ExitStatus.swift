/// What the process says at its end; the contract is `interfaces.md` §2 in the manual of scripts,
/// numbers from 64 on are those of `sysexits.h`.
enum ExitStatus: Int32 {
    /// Looked, and no known case is at or above `--fail-on`; or the command is done.
    case nothingFound = 0
    /// A case is at or above `--fail-on`, or a test of the casebook failed.
    case found = 1
    case couldNotLook = 2
    case notEnoughEvidence = 3
    case usage = 64
    case badData = 65
    case noInput = 66
    case inputOutput = 74
    case noPermission = 77
    case interrupted = 130

    static let done = ExitStatus.nothingFound
}
