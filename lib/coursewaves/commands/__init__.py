"""The commands of ``coursewaves``, a module a group."""
