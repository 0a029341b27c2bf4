// Tests of HostInspection.
