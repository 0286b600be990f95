//! Origin: which file a training came from, kept in its folder so that it can be looked at again.

use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};

use anyhow::anyhow;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;

const NAME: &str = "training.json";

/// Which file a training came from, and what the command line added.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Origin {
    /// The training file.
    pub(crate) file: PathBuf,
    /// The folder of the trace.
    pub(crate) trace: Option<PathBuf>,
    /// The profile in place of the race file's.
    pub(crate) profile: Option<PathBuf>,
}

impl Origin {
    /// What the command line names, whatever folder the next one is given in.
    pub(super) fn new(
        file: &Path,
        trace: Option<&Path>,
        profile: Option<&Path>,
    ) -> Result<Self, Failure> {
        let absolute = |path: &Path| path::absolute(path).map_err(Failure::io);
        Ok(Self {
            file: absolute(file)?,
            trace: trace.map(absolute).transpose()?,
            profile: profile.map(absolute).transpose()?,
        })
    }

    /// Writes it into the folder of a seed.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(NAME);
        let text = serde_json::to_string_pretty(self).map_err(Failure::io)?;
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text + "\n")).map_err(|error| {
            Failure::io(
                anyhow::Error::new(error).context(format!("cannot write {}", path.display())),
            )
        })
    }

    /// That of a checkpoint or of the folder of a seed.
    pub(crate) fn of(checkpoint: &Path) -> Result<Self, Failure> {
        let folders = [Some(checkpoint), checkpoint.parent(), checkpoint.ancestors().nth(2)];
        for folder in folders.into_iter().flatten() {
            let path = folder.join(NAME);
            match fs::read_to_string(&path) {
                Ok(text) => {
                    return serde_json::from_str(&text).map_err(|error| {
                        Failure::input(anyhow!(
                            "{} is not what was written: {error}",
                            path.display()
                        ))
                    });
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) => {}
                Err(error) => {
                    return Err(Failure::io(anyhow!("cannot read {}: {error}", path.display())));
                }
            }
        }
        Err(Failure::input(anyhow!(
            "there is no {NAME} beside {}, which says what training it comes from: name its file by --training",
            checkpoint.display()
        )))
    }
}
