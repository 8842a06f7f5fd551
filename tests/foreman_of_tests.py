"""The overseer as it is, but that the tests' own functions may be named as work."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from coursewaves.workers import child, foreman

child.PACKAGES.append("process_jobs")

if __name__ == "__main__":
    foreman.main()
