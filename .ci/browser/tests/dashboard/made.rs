//! Pages and reports, made by the programs.

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

/// What a program prints: `report`, `generate` or `dashboard`.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let path = match program {
        "dashboard" => release().join("convometrics-dashboard"),
        example => release().join("examples").join(example),
    };
    let output = Command::new(path).args(arguments).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {message}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The folder of release builds, with all programs built.
fn release() -> &'static PathBuf {
    static RELEASE: OnceLock<PathBuf> = OnceLock::new();
    RELEASE.get_or_init(|| {
        for programs in [
            &["--package", "convometrics", "--examples"][..],
            &["--package", "convometrics-dashboard"],
        ] {
            let build = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--release"])
                .args(programs)
                .current_dir(project())
                .status();
            assert!(build.unwrap().success());
        }
        // This test is in `PROFILE/deps` of the target folder.
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(3).unwrap().join("release")
    })
}
