internal import Casebook

extension [Evidence] {
    /// What the addresses of a target come to for one finding: present where one shows it, absent
    /// where none does and each was looked at, else unknown.
    var combined: [Evidence] {
        let telling = first { $0.state == .present } ?? first { $0.state == .unknown } ?? first
        return telling.map { [$0] } ?? []
    }
}
