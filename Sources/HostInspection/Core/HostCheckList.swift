public import Casebook

/// Every check of this host's kernel state, in the order of the report.
public enum HostCheckList {
    public static let all: [any HostCheck] =
        [
            AcceptQueueCheck(), AskedNeverAnsweredCheck(), SilentSocketsCheck(), CloseWaitCheck(),
            StuckQueueCheck(), HandshakeCheck(), ListenerCheck(), KeepaliveCheck(),
            RemoteAddressCheck(), SlowClientsCheck(), EphemeralPortsCheck(), SlotsCheck(),
            OutboundWaitCheck(), NotSchedulingCheck(), OutResetsCheck(), RetransmissionCheck(),
            MemoryPressureCheck(), ConntrackCountersCheck(), ConntrackLimitCheck(),
            InterfaceDropsCheck(), AllowanceCheck(), SoftirqCheck(), BacklogSettingCheck(),
            NeighbourCheck(),
            MultihomedCheck(), StaleTranslationCheck(), ClockCheck(), ResolverCheck(),
            TrustStoreCheck(),
        ] + RisingCounterCheck.all + NearLimitCheck.all + SettingCheck.all

    /// What the checks say, in their order.
    public static func evidence(
        _ checks: [any HostCheck] = all, _ host: HostContext
    ) -> [Evidence] {
        checks.flatMap { $0.run(host) }
    }
}
