"""Import everything that a report needs, once: the parent from which report processes are forked.

Nothing here may start a thread or use Arrow's pools: a fork copies one thread only.
"""

import encodings.utf_8_sig  # noqa: F401

import IPython.core.logger  # noqa: F401
import papermill  # noqa: F401  (before our engine: papermill itself loads it, by its entry point)
import pyarrow.dataset
import pyarrow.parquet  # noqa: F401

import coursewaves.engine
import coursewaves.making
import coursewaves.report

coursewaves.report.warm_up()
coursewaves.engine.warm_up()
