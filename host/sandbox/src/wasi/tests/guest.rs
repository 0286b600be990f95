//! Guest: a component of a few calls, which a test writes down as text.

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::wasi::{Output, WasiHost, WasiState, define, end_call};

/// Fuel of a run, unless it is about fuel.
pub(super) const FUEL: u64 = 10_000_000;

/// What the host keeps for such a guest.
pub(super) struct Host {
    wasi: WasiState,
    pub(super) printed: Vec<(Output, String)>,
}

impl WasiHost for Host {
    fn wasi(&mut self) -> &mut WasiState {
        &mut self.wasi
    }

    fn print(&mut self, output: Output, line: &str) {
        self.printed.push((output, line.to_owned()));
    }
}

/// A guest with these imports (`wasi:` is left out of their names) and this body, which leaves an
/// i64. Its memory holds `data` at 1024 and is free from 4096.
pub(super) struct Guest<'a> {
    pub(super) imports: &'a [(&'a str, &'a str, &'a str)],
    pub(super) data: &'a str,
    pub(super) body: &'a str,
}

/// What came of a run.
pub(super) struct Run {
    pub(super) answer: Result<u64, String>,
    pub(super) printed: Vec<(Output, String)>,
    pub(super) fuel_left: u64,
}

impl Guest<'_> {
    /// The component in binary.
    fn component(&self) -> Vec<u8> {
        let import = |(index, (interface, function, ty)): (usize, &(&str, &str, &str))| {
            format!(r#"(import "wasi:{interface}" "{function}" (func $f{index} {ty}))"#)
        };
        let imports: String = self.imports.iter().enumerate().map(import).collect();
        let text = format!(
            r#"(module {imports}
                (memory (export "memory") 4)
                (global $next (mut i32) (i32.const 4096))
                (data (i32.const 1024) "{data}")
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (global.set $next
                        (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                    (global.get $next)
                    (global.set $next (i32.add (global.get $next) (local.get 3))))
                (func (export "run") (result i64) (local $i i32) {body}))"#,
            data = self.data,
            body = self.body
        );
        let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut resolve = Resolve::default();
        let package = resolve.push_source("guest.wit", include_str!("guest.wit")).unwrap();
        let world = resolve.select_world(&[package], Some("guest")).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
    }

    /// Runs it at this time, with this seed and fuel.
    pub(super) fn run_with(&self, now_nanoseconds: i64, seed: u64, fuel: u64) -> Run {
        run(&self.component(), now_nanoseconds, seed, fuel)
    }

    /// Runs it at the epoch with seed 0.
    pub(super) fn run(&self) -> Run {
        self.run_with(0, 0, FUEL)
    }
}

/// Runs a component that exports `run` at this time, with this seed and fuel.
pub(super) fn run(component: &[u8], now_nanoseconds: i64, seed: u64, fuel: u64) -> Run {
    let mut config = Config::new();
    config.consume_fuel(true).concurrency_support(false);
    let engine = Engine::new(&config).unwrap();
    let code = Component::from_binary(&engine, component).unwrap();
    let mut linker = Linker::new(&engine);
    define(&mut linker, &code).unwrap();
    let mut wasi = WasiState::new(seed);
    wasi.now_nanoseconds = now_nanoseconds;
    let mut store = Store::new(&engine, Host { wasi, printed: Vec::new() });
    store.set_max_component_handles(100);
    store.set_fuel(fuel).unwrap();
    let answer = linker
        .instantiate(&mut store, &code)
        .and_then(|instance| instance.get_typed_func::<(), (u64,)>(&mut store, "run"))
        .and_then(|run| run.call(&mut store, ()))
        .map(|(answer,)| answer)
        .map_err(|error| error.root_cause().to_string());
    end_call(store.data_mut());
    let fuel_left = store.get_fuel().unwrap();
    Run { answer, printed: store.into_data().printed, fuel_left }
}
