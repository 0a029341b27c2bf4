"""Asks URL so often with a deadline and gives up each time: URL COUNT SECONDS."""

import sys
import time
import urllib.request

for _ in range(int(sys.argv[2])):
    try:
        urllib.request.urlopen(sys.argv[1], timeout=float(sys.argv[3])).read()
    except OSError:
        pass
    time.sleep(0.2)
