"""Import everything that a report needs, once: the parent from which report processes are forked.

Nothing here may start a thread or use Arrow's pools: a fork copies one thread only.
"""

import encodings.cp437
import encodings.utf_8_sig  # noqa: F401

import IPython.core.logger  # noqa: F401  (as all of these: each copy would have to import it for itself)
import pandas as pd
import papermill  # noqa: F401  (before our engine: papermill itself loads it, by its entry point)
import pyarrow.dataset
import pyarrow.pandas_compat
import pyarrow.parquet  # noqa: F401

import coursewaves.publishing.engine
import coursewaves.publishing.making
import coursewaves.publishing.report

pd.set_option("mode.string_storage", "python")  # Arrow's texts are small to hold and slow to reach one by one
coursewaves.publishing.report.warm_up()
coursewaves.publishing.engine.warm_up()  # last: the shell that it makes serves the first notebook
