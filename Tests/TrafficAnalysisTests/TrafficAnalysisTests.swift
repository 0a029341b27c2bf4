// TrafficAnalysisTests
