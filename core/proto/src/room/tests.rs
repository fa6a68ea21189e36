//! The room's own tests; behaviours of several rooms are in `tests/`.
