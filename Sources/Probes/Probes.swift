// The list of Probes grows here.
