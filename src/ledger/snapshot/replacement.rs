//! A new file that takes the place of another once it is complete.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::BuildHasher;
use std::io;
use std::path::{Path, PathBuf};

/// The number of names to try. A random name is only taken if somebody takes it on purpose.
const ATTEMPTS: u32 = 16;

/// A file with a temporary name. It is removed unless it is renamed to its target.
pub(super) struct Replacement {
    pub(super) file: File,
    path: PathBuf,
    is_kept: bool,
}

impl Replacement {
    /// Creates an empty file in a folder. Only its owner can read it if `is_private`.
    pub(super) fn create_in(folder: &Path, is_private: bool) -> io::Result<Self> {
        // Each `RandomState` has other keys.
        let paths = (0..ATTEMPTS).map(|attempt| {
            let random = RandomState::new().hash_one(attempt);
            folder.join(format!(".convometrics-{random:016x}"))
        });
        Self::create_first(paths, is_private)
    }

    /// Creates the first of the files that does not exist yet.
    fn create_first(paths: impl Iterator<Item = PathBuf>, is_private: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(
            &mut options,
            if is_private { 0o600 } else { 0o666 },
        );
        #[cfg(not(unix))]
        let _ = is_private;
        for path in paths {
            match options.open(&path) {
                Ok(file) => {
                    return Ok(Self {
                        file,
                        path,
                        is_kept: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Renames the file to its target. A file of that name is replaced at once.
    pub(super) fn rename_to(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_kept {
            // `drop` cannot return the error, and there is nothing else to do.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_replacement_is_renamed_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        fs::write(&target, "old").unwrap();

        let dropped = Replacement::create_in(folder.path(), true).unwrap();
        let kept = Replacement::create_in(folder.path(), true).unwrap();
        assert_eq!(names(folder.path()).len(), 3);
        (&dropped.file).write_all(b"dropped").unwrap();
        drop(dropped);
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");

        (&kept.file).write_all(b"new").unwrap();
        kept.rename_to(&target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(names(folder.path()), ["target"]);
    }

    #[test]
    fn a_replacement_never_takes_the_name_of_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let [taken, free, absent] =
            ["taken", "free", "none/absent"].map(|name| folder.path().join(name));
        fs::write(&taken, "another's").unwrap();
        let create =
            |paths: [&PathBuf; 2]| Replacement::create_first(paths.into_iter().cloned(), false);

        let made = create([&taken, &free]).unwrap();
        assert_eq!(made.path, free);
        drop(made);
        for (paths, expected) in [
            ([&taken, &taken], io::ErrorKind::AlreadyExists),
            ([&absent, &free], io::ErrorKind::NotFound),
        ] {
            let error = create(paths).err().unwrap();
            assert_eq!(error.kind(), expected);
            assert_eq!(names(folder.path()), ["taken"]);
        }
        assert_eq!(fs::read_to_string(&taken).unwrap(), "another's");
    }

    #[test]
    fn a_replacement_that_cannot_be_renamed_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = Replacement::create_in(folder.path(), false).unwrap();
        assert!(file.rename_to(&folder.path().join("no/folder")).is_err());
        assert!(names(folder.path()).is_empty());
        assert!(Replacement::create_in(&folder.path().join("none"), false).is_err());
    }
}
