//! Files that are whole or not there.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

const SUFFIX: &str = ".tmp";

/// Writes a file so that at every instant, and after every error, `path` has either its old content or all of `bytes`.
///
/// The bytes go to a temporary file in the same folder, to the disk, and then take the name. A new file gets the
/// permissions of any new file, a replaced one keeps its own; one without write permission is not replaced.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_through(path, bytes, ".")
}

/// [`write`] with a temporary file whose name begins with `prefix`.
pub(crate) fn write_through(path: &Path, bytes: &[u8], prefix: &str) -> io::Result<()> {
    // A link stays a link: the file it points to is replaced.
    let target = fs::canonicalize(path);
    let target = target.as_deref().unwrap_or(path);
    let old = fs::metadata(target).ok();
    if let Some(old) = &old {
        if !old.is_file() {
            // Devices and pipes must not be replaced by a file; for a folder this is the error.
            return fs::write(target, bytes);
        }
        if old.permissions().readonly() {
            return Err(ErrorKind::PermissionDenied.into());
        }
    }

    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    // Dropped before it has its name, the temporary file is removed.
    let mut temporary = builder.prefix(prefix).suffix(SUFFIX).tempfile_in(folder)?;
    // Tells `remove_leftovers` that somebody is writing it. Where files have no locks there is nothing to tell.
    let _ = temporary.as_file().try_lock();
    if let Some(old) = old {
        temporary.as_file().set_permissions(old.permissions())?;
    }
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(target).map_err(|error| error.error)?;

    // The new name is not safe from a power cut before the folder is on the disk too. The file is whole either way, so
    // a file system that cannot do this is no error.
    #[cfg(unix)]
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Removes the temporary files of programs that were killed, with names that begin with `prefix`. Those that somebody is
/// writing stay: the operating system holds their locks, and gives them back when a program ends, however it does.
#[cfg(feature = "checkpoint")]
pub(crate) fn remove_leftovers(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().and_then(|name| name.strip_prefix(prefix));
        if name.is_some_and(|name| name.ends_with(SUFFIX))
            && fs::File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            // Gone or in use by now, it does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
