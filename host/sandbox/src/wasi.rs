//! WASI: a deterministic stand-in for components whose toolchains insist on it. Time is the tick's
//! and stands still during a call, chance comes from the seed, what is printed goes to the log, every
//! wait is over at once, and there are no arguments, variables, files or sockets. What has no
//! stand-in is defined all the same, and traps by name when it is called.

use rand::SeedableRng;
use rand_pcg::Pcg64Dxsm;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{
    Component, ComponentNamedList, Lift, Linker, LinkerInstance, Lower, ResourceType,
};
use wasmtime::{StoreContextMut, Trap};

mod cli;
mod clocks;
mod error;
mod handle;
mod io;
mod lines;
mod random;
#[cfg(test)]
mod tests;

pub(crate) use error::WasiError;
pub(crate) use handle::Output;

use handle::Handle;
use lines::Lines;

/// The packages of WASI 0.2. Whatever else calls itself `wasi:` is unknown and refused like any
/// other import.
const PACKAGES: [&str; 7] = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"];

/// Characters of an import's name that are repeated when it traps: names are as long as their author
/// likes.
const NAME_CHARS: usize = 200;

/// Fuel that a call into the stand-in costs on top of the guest's own instructions, because the
/// host's work would be free otherwise.
const CALL_FUEL: u64 = 300;
/// Fuel for each byte printed or drawn.
const BYTE_FUEL: u64 = 16;

/// What the stand-in knows of one instance.
#[derive(Debug)]
pub(crate) struct WasiState {
    /// The tick's time in nanoseconds, which both clocks show; before the epoch they show 0.
    pub(crate) now_nanoseconds: i64,
    random: Pcg64Dxsm,
    printed: [Lines; 2],
}

/// A store's data that the stand-in can work with.
pub(crate) trait WasiHost: 'static {
    /// What it knows of the instance.
    fn wasi(&mut self) -> &mut WasiState;

    /// Takes one line that the instance printed: neither cut to the log's length nor escaped.
    fn print(&mut self, output: Output, line: &str);
}

impl WasiState {
    /// The state of a new instance, at time 0.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            now_nanoseconds: 0,
            // Not the seed itself: a guest that seeds the same generator with what it was given
            // would draw the same numbers twice.
            random: Pcg64Dxsm::seed_from_u64(!seed),
            printed: Default::default(),
        }
    }

    fn now_nanoseconds(&self) -> u64 {
        u64::try_from(self.now_nanoseconds).unwrap_or(0)
    }
}

/// Whether the stand-in takes care of this import: an interface of WASI 0.2, whatever its patch.
pub(crate) fn is_wasi(import: &str) -> bool {
    interface(import).is_some()
}

/// Defines everything that a component imports of WASI 0.2 and that [`is_wasi`] accepts, exactly in
/// the versions that it names.
pub(crate) fn define<T: WasiHost>(
    linker: &mut Linker<T>,
    code: &Component,
) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    for (name, import) in code.component_type().imports(&engine) {
        let (Some(interface), ComponentItem::ComponentInstance(items)) =
            (interface(name), import.ty)
        else {
            continue;
        };
        let mut instance = linker.instance(name)?;
        for (item, is) in items.exports(&engine) {
            match is.ty {
                ComponentItem::Resource(_) => {
                    let ty = ResourceType::host::<Handle>();
                    instance.resource(item, ty, |_, _| Ok(()))?;
                }
                ComponentItem::ComponentFunc(_) => {
                    let mut import = Import { instance: &mut instance, interface, function: item };
                    if !(import.define()?) {
                        let name: String = name
                            .chars()
                            .chain(['#'])
                            .chain(item.chars())
                            .take(NAME_CHARS)
                            .collect();
                        instance.func_new(item, move |_, _, _, _| {
                            Err(WasiError::Unavailable { import: name.clone() }.into())
                        })?;
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Hands over what was printed without a line's end. To be called when a call has ended, so that
/// nothing waits for the next.
pub(crate) fn end_call(host: &mut impl WasiHost) {
    for output in Output::ALL {
        let mut lines = std::mem::take(&mut host.wasi().printed[output as usize]);
        lines.end(|line| host.print(output, line));
        host.wasi().printed[output as usize] = lines;
    }
}

/// `io/poll` of `wasi:io/poll@0.2.6`; none for what is not WASI 0.2 as it was published.
fn interface(import: &str) -> Option<&str> {
    let (interface, version) = import.strip_prefix("wasi:")?.split_once('@')?;
    let (package, _) = interface.split_once('/')?;
    let patch = version.strip_prefix("0.2.")?;
    let published = !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit());
    (published && PACKAGES.contains(&package)).then_some(interface)
}

/// One imported function that is about to be defined.
struct Import<'a, 'l, T: 'static> {
    instance: &'a mut LinkerInstance<'l, T>,
    interface: &'a str,
    function: &'a str,
}

impl<T: WasiHost> Import<'_, '_, T> {
    /// Defines it if it has a stand-in, and says whether it has.
    fn define(&mut self) -> wasmtime::Result<bool> {
        Ok(clocks::define(self)?
            || random::define(self)?
            || io::define(self)?
            || cli::define(self)?)
    }

    /// Defines it as `run`, at the price of a call. Always true, for [`Import::define`].
    fn is<P, R>(
        &mut self,
        run: impl Fn(&mut StoreContextMut<'_, T>, P) -> wasmtime::Result<R> + Send + Sync + 'static,
    ) -> wasmtime::Result<bool>
    where
        P: ComponentNamedList + Lift + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        self.instance.func_wrap(self.function, move |mut store, given: P| {
            charge(&mut store, CALL_FUEL)?;
            run(&mut store, given)
        })?;
        Ok(true)
    }
}

/// Takes fuel for the host's own work, which ends like any other lack of fuel.
pub(crate) fn charge<T>(store: &mut StoreContextMut<'_, T>, fuel: u64) -> wasmtime::Result<()> {
    let left = store.get_fuel()?;
    store.set_fuel(left.saturating_sub(fuel))?;
    if left < fuel { Err(Trap::OutOfFuel.into()) } else { Ok(()) }
}
