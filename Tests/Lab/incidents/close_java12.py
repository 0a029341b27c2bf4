"""Java with requireCloseNotify and session ids, TLS 1.2, and a client that often just hangs up."""

from bench import sessions
from bench.incident import View


class Reproduction(sessions.Sessions):
    """See the file's head."""

    name = "close-java12"
    keep = ("live.json",)
    case = sessions.CASE
    shows = ("Java 17 with com.sun.net.ssl.requireCloseNotify=true, tickets off. The client "
             "always offers its newest session; after a close with close_notify it is resumed, "
             "after one without it is refused.")
    made_by = "OpenJDK 17 SSLServerSocket (SessionServer.java); Python ssl client"
    views = {"capture": View(("server",), "confirmed")}
    live = "undecided"
    host = "undecided"
    together = "confirmed"
    fixed = "the property is taken away"

    def serve(self):
        """The strict server."""
        return sessions.java(self, *sessions.STRICT)

    def fix(self):
        """Java's defaults."""
        self.process.terminate()
        self.process.wait(20)
        self.process = sessions.java(self)
