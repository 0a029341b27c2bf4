// DiagnosisTests
