//! The listener: takes callers in, as many at a time as are allowed.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::command::Hub;
use super::connection::{builder, serve};
use super::front::Front;

/// Pause after a connection could not be taken, mostly because there are no more descriptors: some
/// will be closed in the meantime.
const PAUSE: Duration = Duration::from_millis(10);

/// Takes callers in until the proxy ends.
pub(super) async fn listen(hub: Rc<Hub>, front: Rc<Front>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(hub.settings.connections));
    let builder = Rc::new(builder(&hub.settings));
    let mut ending = hub.ending.subscribe();
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ending.wait_for(|&ending| ending) => return,
        };
        let Ok((stream, _)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        let serving = serve(
            Rc::clone(&front),
            Rc::clone(&builder),
            stream,
            hub.settings.head_timeout,
            hub.ending.subscribe(),
        );
        let taken = Taken::new(Rc::clone(&hub));
        tokio::task::spawn_local(async move {
            let _held = (place, taken);
            serving.await;
        });
    }
}

/// A connection that counts for the hub.
struct Taken(Rc<Hub>);

impl Taken {
    fn new(hub: Rc<Hub>) -> Self {
        hub.connections.set(hub.connections.get() + 1);
        Self(hub)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let left = self.0.connections.get() - 1;
        self.0.connections.set(left);
        if left == 0 {
            self.0.emptied.notify_one();
        }
    }
}
