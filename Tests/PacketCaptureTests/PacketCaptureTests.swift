// PacketCaptureTests
