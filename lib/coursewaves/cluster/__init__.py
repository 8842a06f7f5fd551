"""Make reports on many machines, by Dask and a storage that all of them reach."""
