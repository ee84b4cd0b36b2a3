//! The program. Everything it can do is in [`mingshu::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    mingshu::cli::run(std::env::args_os()).into()
}
