"""The demonstration: one client on the sandbox, made from nothing by `bin/demo`."""
