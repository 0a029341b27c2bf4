// The list of HostInspection grows here.
