//! Surface: what a component imports and exports, and whether that is a world of ours.

use wasmparser::{ComponentTypeRef, Parser, Payload, TypeBounds};

use super::Wasi;
use crate::bindings::World;
use crate::load::LoadError;
use crate::text::quoted;
use crate::wasi::is_wasi;

/// The package of our worlds.
const PACKAGE: &str = "regatta:policy/";
/// The version of it that this host speaks.
const VERSION: &str = "0.1.0";
/// Everything that a component of either world exports; `decide` and `score` tell them apart.
const POLICY_EXPORTS: &[&str] =
    &["describe", "validate-settings", "init", "decide", "learn", "forget", "snapshot", "restore"];
const REWARD_EXPORTS: &[&str] =
    &["describe", "validate-settings", "init", "score", "forget", "snapshot", "restore"];

/// Names at the outside of a component.
pub(super) struct Surface<'a> {
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
}

impl<'a> Surface<'a> {
    /// Reads the names of a valid component.
    pub(super) fn of(component: &'a [u8]) -> Result<Self, LoadError> {
        let malformed = |error: wasmparser::BinaryReaderError| LoadError::Malformed {
            cause: quoted(&error.to_string()),
        };
        let mut surface = Self { imports: Vec::new(), exports: Vec::new() };
        // Sections of components inside of this one follow their header and end with their own end.
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload.map_err(malformed)? {
                Payload::ComponentSection { .. } | Payload::ModuleSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(imports) if depth == 0 => {
                    for import in imports {
                        let import = import.map_err(malformed)?;
                        // A world that names types of its interfaces imports each of them as equal
                        // to what it is already; that brings nothing in.
                        if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                            surface.imports.push(import.name.name);
                        }
                    }
                }
                Payload::ComponentExportSection(exports) if depth == 0 => {
                    for export in exports {
                        surface.exports.push(export.map_err(malformed)?.name.name);
                    }
                }
                _ => {}
            }
        }
        Ok(surface)
    }

    /// Its world, by what only that world exports, in a version that is spoken here.
    pub(super) fn world(&self) -> Result<World, LoadError> {
        let exports = |name: &str| self.exports.contains(&name);
        let world = match (exports("decide"), exports("score")) {
            (true, _) => World::Policy,
            (false, true) => World::Reward,
            (false, false) => return Err(self.other_world()),
        };
        let versions = self.imports.iter().filter_map(|import| version_of(import));
        for found in versions {
            if !speaks(found) {
                return Err(LoadError::OtherVersion { found: quoted(found) });
            }
        }
        Ok(world)
    }

    /// Whether everything is there that the world asks for. Exports beyond it do no harm.
    pub(super) fn check_exports(&self, world: World) -> Result<(), LoadError> {
        let expected = match world {
            World::Policy => POLICY_EXPORTS,
            World::Reward => REWARD_EXPORTS,
        };
        let missing: Vec<String> = expected
            .iter()
            .filter(|name| !self.exports.contains(name))
            .map(|name| format!("`{name}`"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let cause = format!("it does not export {}", missing.join(", "));
        Err(LoadError::Mismatch { world, cause })
    }

    /// Not ours at all, or ours in a version that is not spoken here.
    fn other_world(&self) -> LoadError {
        let names = self.imports.iter().chain(&self.exports);
        match names.filter_map(|name| version_of(name)).find(|version| !speaks(version)) {
            Some(found) => LoadError::OtherVersion { found: quoted(found) },
            None => LoadError::WrongWorld,
        }
    }

    /// Whether every import is on the list of what guests get. True if some are WASI's and to be
    /// stubbed.
    pub(super) fn check_imports(&self, wasi: Wasi) -> Result<bool, LoadError> {
        let mut stubbed = false;
        let mut forbidden = Vec::new();
        for import in &self.imports {
            if is_ours(import) {
                continue;
            }
            if wasi == Wasi::Stubbed && is_wasi(import) {
                stubbed = true;
            } else {
                forbidden.push(quoted(import));
            }
        }
        if forbidden.is_empty() {
            Ok(stubbed)
        } else {
            Err(LoadError::ForbiddenImports { imports: forbidden })
        }
    }
}

/// An interface of types alone brings nothing in; it is named because the log's neighbours are
/// declared beside it.
fn is_ours(import: &str) -> bool {
    import.strip_prefix(PACKAGE).and_then(|rest| rest.split_once('@')).is_some_and(
        |(interface, version)| matches!(interface, "log" | "types" | "details") && speaks(version),
    )
}

/// The version in the name of an interface of ours.
fn version_of(name: &str) -> Option<&str> {
    name.strip_prefix(PACKAGE)?.split_once('@').map(|(_, version)| version)
}

/// Below 1.0 each minor version is another language; patches of it differ in nothing that matters,
/// and previews promise nothing.
fn speaks(version: &str) -> bool {
    let ours = VERSION.rsplit_once('.').map_or(VERSION, |(minor, _)| minor);
    version.rsplit_once('.').is_some_and(|(minor, patch)| {
        minor == ours && !patch.is_empty() && patch.bytes().all(|digit| digit.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_spoken_and_other_versions_are_not() {
        for (version, expected) in [
            ("0.1.0", true),
            ("0.1.9", true),
            ("0.2.0", false),
            ("1.1.0", false),
            ("0.1.0-rc.1", false),
            ("0.1", false),
            ("", false),
        ] {
            assert_eq!(speaks(version), expected, "{version}");
        }
    }
}
