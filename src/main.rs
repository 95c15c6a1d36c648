//! The program `contacts`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    contacts::cli::main()
}
