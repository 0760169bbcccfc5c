//! pgbench, which comes with PostgreSQL, running bare statements.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use chrono::DateTime;

/// Runs the statements, each as a prepared one, for a while; answers how many ran in a second.
pub fn run(url: &str, statements: &[String], connections: usize, duration: Duration) -> f64 {
    let scripts = std::env::temp_dir().join(format!("sojorn-bench-{}", std::process::id()));
    fs::create_dir_all(&scripts).unwrap();
    let url = url::Url::parse(url).unwrap();
    let mut pgbench = Command::new(program());
    pgbench
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={connections}"))
        .arg(format!("--time={}", duration.as_secs()))
        .arg(format!("--host={}", url.host_str().unwrap_or("localhost")))
        .arg(format!("--port={}", url.port().unwrap_or(5432)))
        .arg(format!("--username={}", url.username()))
        .env("PGPASSWORD", url.password().unwrap_or_default())
        .env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan -c jit=off");
    // pgbench takes up to 128 scripts and picks one at random each time.
    for (number, statement) in statements.iter().take(100).enumerate() {
        let script = scripts.join(format!("{number}.sql"));
        fs::write(&script, format!("{};\n", without_colons(statement))).unwrap();
        pgbench.arg(format!("--file={}", script.display()));
    }
    let output = pgbench.arg(url.path().trim_start_matches('/')).output().expect("pgbench cannot be run");
    fs::remove_dir_all(&scripts).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps =
        text.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next()?.parse().ok());
    tps.unwrap_or_else(|| panic!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// To pgbench, a colon in a time of day begins a variable. Times are written without: `20260301T120000.000000+0000`.
fn without_colons(statement: &str) -> String {
    let rewritten = |literal: &str| match DateTime::parse_from_str(literal, "%Y-%m-%d %H:%M:%S%.f %:z") {
        Ok(time) => time.format("%Y%m%dT%H%M%S%.6f%z").to_string(),
        Err(_) => literal.to_owned(),
    };
    statement.split('\'').map(rewritten).collect::<Vec<_>>().join("'").replace('\n', " ")
}

fn program() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = versions.map(|version| version.path().join("bin/pgbench")).filter(|program| program.exists());
    installed.max().unwrap_or_else(|| PathBuf::from("pgbench"))
}
