//! Pages and reports, made by the examples.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// The project's folder.
pub(crate) fn project() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A page and the report that it shows, of a log and options.
pub(crate) struct Made {
    _folder: TempDir,
    pub(crate) page: PathBuf,
    pub(crate) report: serde_json::Value,
}

pub(crate) fn made(arguments: &[&str]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let written = [arguments, &["--output", page.to_str().unwrap()]].concat();
    let said = run("dashboard", &written);
    assert_eq!(
        said.trim_end(),
        page.canonicalize().unwrap().to_str().unwrap()
    );
    let report = run("report", &[arguments, &["--json"]].concat());
    Made {
        page,
        report: serde_json::from_str(&report).unwrap(),
        _folder: folder,
    }
}

/// Of a log that is given.
pub(crate) fn made_of(log: &str, arguments: &[&str]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.ndjson");
    std::fs::write(&file, log).unwrap();
    made(&[&[file.to_str().unwrap()], arguments].concat())
}

/// What an example prints.
pub(crate) fn run(example: &str, arguments: &[&str]) -> String {
    let output = Command::new(examples().join(example))
        .args(arguments)
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{example} {arguments:?}: {message}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Where the examples are, built.
fn examples() -> &'static PathBuf {
    static EXAMPLES: OnceLock<PathBuf> = OnceLock::new();
    EXAMPLES.get_or_init(|| {
        let build = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--release",
                "--examples",
                "--package",
                "convometrics",
            ])
            .current_dir(project())
            .status();
        assert!(build.unwrap().success());
        // This test is in `PROFILE/deps` of the folder of all that is built.
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(3).unwrap().join("release/examples")
    })
}
