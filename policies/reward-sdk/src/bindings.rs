//! Generated from `wit/`: the documentation is there.
#![allow(missing_docs, clippy::all, unused)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "reward",
    pub_export_macro: true,
    additional_derives: [PartialEq, Clone],
});
