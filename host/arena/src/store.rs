//! Store: where results are kept: a folder, a bucket, or memory. Every object is written whole or
//! not at all, so an interrupted or failed write leaves the earlier one intact.

mod layout;

use std::path::Path as Folder;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
#[cfg(feature = "cloud")]
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt};
use scaling::causes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// Where results are kept. Its methods block, so they are not for async code.
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// As the user named it.
    place: String,
    runtime: Runtime,
}

/// A store that could not be opened, read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The place cannot be opened.
    #[error("cannot open the results store `{place}`: {cause}; name a writable folder or a URL")]
    Open {
        /// As the user named it.
        place: String,
        /// Why.
        cause: String,
    },
    /// No such kind of store in this build.
    #[error(
        "the results store `{place}` is none that this program knows: name a folder, a `file://` \
         or `memory://` URL (buckets need a build with the feature `cloud`)"
    )]
    Scheme {
        /// As the user named it.
        place: String,
    },
    /// An object could not be written.
    #[error("cannot write `{object}` to `{place}`: {cause}; earlier results are intact")]
    Write {
        /// Path in the store.
        object: String,
        /// As the user named it.
        place: String,
        /// Why.
        cause: String,
    },
    /// An object could not be read.
    #[error("cannot read `{object}` from `{place}`: {cause}")]
    Read {
        /// Path in the store.
        object: String,
        /// As the user named it.
        place: String,
        /// Why.
        cause: String,
    },
}

impl Store {
    /// Opens a folder (made if it is not there) or a URL: `file:///…`, `memory:///`, and with the
    /// feature `cloud` `s3://…`, `gs://…`, `az://…` with credentials from the environment.
    pub fn open(place: &str) -> Result<Self, StoreError> {
        let opening = |cause: String| StoreError::Open { place: place.to_owned(), cause };
        let objects: Arc<dyn ObjectStore> = match Url::parse(place) {
            Ok(url) if url.scheme() == "file" => {
                let folder = url.to_file_path();
                folder_store(&folder.map_err(|()| opening("it names no local folder".to_owned()))?)
                    .map_err(opening)?
            }
            Ok(url) if url.scheme() == "memory" => Arc::new(InMemory::new()),
            // One letter is a drive of another system, not a scheme.
            Ok(url) if url.scheme().len() > 1 => bucket(&url, place)?,
            _ => folder_store(Folder::new(place)).map_err(opening)?,
        };
        Self::over(objects, place)
    }

    /// A store over objects that are kept elsewhere; `place` is what errors call it.
    pub fn over(objects: Arc<dyn ObjectStore>, place: &str) -> Result<Self, StoreError> {
        // One thread drives what buckets wait for; those who race block on it.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Open {
            place: place.to_owned(),
            cause: error.to_string(),
        })?;
        Ok(Self { objects, place: place.to_owned(), runtime })
    }

    /// What the user called it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Writes an object, replacing an earlier one in one step.
    pub fn put(&self, object: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let writing = |error: object_store::Error| StoreError::Write {
            object: object.to_owned(),
            place: self.place.clone(),
            cause: causes(&error),
        };
        let path = Path::parse(object).map_err(|error| writing(error.into()))?;
        self.runtime.block_on(self.objects.put(&path, bytes.into())).map_err(writing)?;
        Ok(())
    }

    /// Reads an object; none if there is none.
    pub fn get(&self, object: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = async {
            let path = Path::parse(object)?;
            self.objects.get(&path).await?.bytes().await
        };
        match self.runtime.block_on(read) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::Read {
                object: object.to_owned(),
                place: self.place.clone(),
                cause: causes(&error),
            }),
        }
    }

    /// Writes a value as JSON, a field a line.
    pub fn put_json(&self, object: &str, value: &impl Serialize) -> Result<(), StoreError> {
        let bytes = layout::json(value).map_err(|error| StoreError::Write {
            object: object.to_owned(),
            place: self.place.clone(),
            cause: error.to_string(),
        })?;
        self.put(object, bytes)
    }

    /// Reads a JSON value; none if there is none, or none of this form.
    pub(crate) fn get_json<T: DeserializeOwned>(
        &self,
        object: &str,
    ) -> Result<Option<T>, StoreError> {
        let bytes = self.get(object)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

fn folder_store(folder: &Folder) -> Result<Arc<dyn ObjectStore>, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| causes(&error))?;
    // A machine that loses power must not leave a renamed file without its bytes.
    Ok(Arc::new(store.with_fsync(true)))
}

#[cfg(feature = "cloud")]
fn bucket(url: &Url, place: &str) -> Result<Arc<dyn ObjectStore>, StoreError> {
    if object_store::ObjectStoreScheme::parse(url).is_err() {
        return Err(StoreError::Scheme { place: place.to_owned() });
    }
    let environment = std::env::vars().map(|(name, value)| (name.to_ascii_lowercase(), value));
    let (objects, prefix) = object_store::parse_url_opts(url, environment)
        .map_err(|error| StoreError::Open { place: place.to_owned(), cause: causes(&error) })?;
    Ok(Arc::new(PrefixStore::new(objects, prefix)))
}

#[cfg(not(feature = "cloud"))]
fn bucket(_: &Url, place: &str) -> Result<Arc<dyn ObjectStore>, StoreError> {
    Err(StoreError::Scheme { place: place.to_owned() })
}

#[cfg(test)]
mod tests;
