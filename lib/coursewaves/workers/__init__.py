"""Do jobs in processes of their own, copied from one that has everything imported."""
