// Precompiled headers belong to a target, and a target wants a source.
