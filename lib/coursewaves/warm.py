"""Import everything that a report needs, once: the parent from which report processes are forked.

Nothing here may start a thread or use Arrow's pools: a fork copies one thread only.
"""

import gc

import papermill  # noqa: F401  (before our engine: papermill itself loads it, by its entry point)

import coursewaves.engine
import coursewaves.making
import coursewaves.report

coursewaves.report.warm_up()
coursewaves.engine.warm_up()
gc.collect()
gc.freeze()  # so that collecting garbage in a copy does not touch, and copy, the parent's pages
