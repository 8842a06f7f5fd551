"""From a notebook to a published page: what is due is made apart, and put in its place whole."""
