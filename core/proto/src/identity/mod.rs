//! Keys and what they prove.
