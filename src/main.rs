//! The `sojorn` command.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    sojorn::cli::main().await
}
