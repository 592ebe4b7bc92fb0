//! What the macros accept, and what they say to those who got it wrong: see `ui.rs`.
