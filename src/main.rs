//! The program `contacts`; everything is in the library.

fn main() {}
