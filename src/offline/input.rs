//! Files and the standard input, read with a bound.

use std::io::Read;
use std::path::Path;

/// Reads files; the standard input, which is `-`, once.
#[derive(Default)]
pub(crate) struct Input {
    standard_input_is_read: bool,
}

/// What messages call a path.
pub(crate) fn name_of(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

impl Input {
    /// The bytes of a file that is not larger than `mebibytes`; the error says why there are none.
    pub(crate) fn read(&mut self, path: &Path, mebibytes: u64) -> Result<Vec<u8>, String> {
        let largest = mebibytes.saturating_mul(1024 * 1024);
        let mut bytes = Vec::new();
        let read = if path == Path::new("-") {
            if self.standard_input_is_read {
                return Err("it can be read only once".to_owned());
            }
            self.standard_input_is_read = true;
            std::io::stdin()
                .take(largest.saturating_add(1))
                .read_to_end(&mut bytes)
        } else {
            std::fs::File::open(path)
                .and_then(|file| file.take(largest.saturating_add(1)).read_to_end(&mut bytes))
        };
        read.map_err(|error| error.to_string())?;
        if bytes.len() as u64 > largest {
            return Err(format!("it is larger than {mebibytes} MiB"));
        }
        Ok(bytes)
    }
}
