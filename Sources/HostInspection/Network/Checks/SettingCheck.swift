internal import Casebook

/// A setting of the kernel that has a certain value.
struct SettingCheck: HostCheck {
    let name: String
    let establishes: [FactID]
    let setting: String
    let value: UInt64
    /// Whether a kernel without the setting cannot have the trouble.
    var isAbsentWhenMissing = false

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        switch host.latest.network.number(setting) {
        case .unknown(let obstacle):
            let hasOthers = host.latest.network.number("net.ipv4.tcp_keepalive_time").value != nil
            return [
                isAbsentWhenMissing && obstacle.reason == .missing && hasOthers
                    ? host.absent(id, "this kernel has no \(setting)")
                    : host.unknown(id, obstacle)
            ]
        case .known(let value):
            let text = "\(setting) is \(value)"
            return [value == self.value ? host.present(id, text) : host.absent(id, text)]
        }
    }
}

extension SettingCheck {
    static let all: [SettingCheck] = [
        SettingCheck(
            name: "mtu-probing", establishes: ["host.sysctl.mtu-probing-off"],
            setting: "net.ipv4.tcp_mtu_probing", value: 0),
        SettingCheck(
            name: "slow-start-after-idle",
            establishes: ["host.sysctl.slow-start-after-idle-on"],
            setting: "net.ipv4.tcp_slow_start_after_idle", value: 1),
        // Removed in Linux 4.12.
        SettingCheck(
            name: "tw-recycle", establishes: ["host.sysctl.tw-recycle-on"],
            setting: "net.ipv4.tcp_tw_recycle", value: 1, isAbsentWhenMissing: true),
    ]
}
