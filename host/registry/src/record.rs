//! Record: what is known of one version of a module. It is written once and never changed.

use jiff::Timestamp;
use sandbox::{Digest, World};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{ModuleName, Reference, TenantName};

/// One version of a tenant's module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Who owns it.
    pub tenant: TenantName,
    /// The module.
    pub name: ModuleName,
    /// Its semantic version.
    pub version: Version,
    /// SHA-256 of the bytes as they were uploaded.
    #[serde(with = "digest")]
    pub digest: Digest,
    /// What it is a component for.
    #[serde(with = "WorldText")]
    pub world: World,
    /// JSON Schema of its settings, as text.
    pub settings_schema: String,
    /// Length of the bytes as they were uploaded.
    pub size_bytes: u64,
    /// Who uploaded it, as the caller knows them.
    pub uploaded_by: String,
    /// When the upload was accepted.
    pub uploaded_at: Timestamp,
}

/// What comes with the bytes of a module to be registered; the rest of a [`Record`] is told from
/// the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Who owns it.
    pub tenant: TenantName,
    /// The module.
    pub name: ModuleName,
    /// Its semantic version.
    pub version: Version,
    /// What it is a component for.
    pub world: World,
    /// JSON Schema of its settings, as text.
    pub settings_schema: String,
    /// Who uploads it, as the caller knows them.
    pub uploaded_by: String,
    /// Now.
    pub uploaded_at: Timestamp,
}

impl Record {
    /// The version by its number.
    pub fn reference(&self) -> Reference {
        Reference::version(&self.tenant, &self.name, &self.version)
    }
}

impl Upload {
    /// The record of these bytes.
    pub(crate) fn record(self, bytes: &[u8]) -> Record {
        Record {
            tenant: self.tenant,
            name: self.name,
            version: self.version,
            digest: Digest::of(bytes),
            world: self.world,
            settings_schema: self.settings_schema,
            size_bytes: bytes.len() as u64,
            uploaded_by: self.uploaded_by,
            uploaded_at: self.uploaded_at,
        }
    }
}

/// How a world is written.
#[derive(Serialize, Deserialize)]
#[serde(remote = "World", rename_all = "lowercase")]
enum WorldText {
    Policy,
    Reward,
}

mod digest {
    use sandbox::Digest;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(digest)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "tenant": "acme",
  "name": "night",
  "version": "1.2.3-rc.1",
  "digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "world": "reward",
  "settings_schema": "{}",
  "size_bytes": 0,
  "uploaded_by": "ann",
  "uploaded_at": "2026-01-02T03:04:05Z"
}"#;

    #[test]
    fn a_record_is_written_for_people_and_read_back() {
        let upload = Upload {
            tenant: "acme".parse().unwrap(),
            name: "night".parse().unwrap(),
            version: Version::parse("1.2.3-rc.1").unwrap(),
            world: World::Reward,
            settings_schema: "{}".to_owned(),
            uploaded_by: "ann".to_owned(),
            uploaded_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        };
        let record = upload.record(b"");
        assert_eq!(serde_json::to_string_pretty(&record).unwrap(), TEXT);
        assert_eq!(serde_json::from_str::<Record>(TEXT).unwrap(), record);
        assert_eq!(record.reference().to_string(), "acme/night@1.2.3-rc.1");
    }

    #[track_caller]
    fn refused(old: &str, new: &str) {
        let text = TEXT.replace(old, new);
        assert_ne!(text, TEXT);
        assert!(serde_json::from_str::<Record>(&text).is_err(), "{text}");
    }

    #[test]
    fn what_is_no_record_is_not_read_as_one() {
        refused(r#""tenant": "acme""#, r#""tenant": "../acme""#);
        refused(r#""name": "night""#, r#""name": "Night""#);
        refused("1.2.3-rc.1", "1.2");
        refused("e3b0", "xxxx");
        refused("reward", "allocator");
        refused(r#""size_bytes": 0"#, r#""size_bytes": -1"#);
        refused("2026-01-02T03:04:05Z", "yesterday");
        refused(r#""size_bytes": 0,"#, "");
        refused(r#""size_bytes": 0,"#, r#""size_bytes": 0, "colour": "red","#);
    }
}
