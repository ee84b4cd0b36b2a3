//! Which routes are served at which address. Parts without an address of their own share
//! `server.bind` (spec.md §7).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;

use crate::platform::lifecycle::{Lifecycle, Phases};
use crate::platform::web::{self, RequestLimits};

/// Routes on their way to an address.
pub(super) struct Listeners {
    main: SocketAddr,
    routes: BTreeMap<SocketAddr, Router>,
    /// Routes with limits of their own, on the main address.
    unlimited: Router,
}

impl Listeners {
    pub(super) fn new(main: SocketAddr) -> Self {
        Self { main, routes: BTreeMap::new(), unlimited: Router::new() }
    }

    /// Serves `routes` at `address`, or at the main one.
    pub(super) fn add(&mut self, address: Option<SocketAddr>, routes: Router) {
        let entry = self.routes.entry(address.unwrap_or(self.main)).or_default();
        *entry = std::mem::take(entry).merge(routes);
    }

    /// Serves `routes` at the main address without our limits on time and size.
    pub(super) fn add_unlimited(&mut self, routes: Router) {
        self.unlimited = std::mem::take(&mut self.unlimited).merge(routes);
    }

    /// Opens every address and starts serving. `opened` is an already open main address.
    pub(super) async fn start(
        self,
        lifecycle: &Lifecycle,
        mut opened: Option<TcpListener>,
    ) -> anyhow::Result<()> {
        for (address, routes) in self.routes {
            let is_main = address == self.main;
            let listener = match opened.take_if(|_listener| is_main) {
                Some(listener) => listener,
                None => TcpListener::bind(address)
                    .await
                    .with_context(|| format!("the address {address} cannot be opened"))?,
            };
            let mut router = web::wrapped(routes, RequestLimits::default());
            if is_main {
                router = self.unlimited.clone().merge(router);
            }
            tracing::info!(%address, "listening");
            lifecycle.start("server", |phases| serve(listener, router, phases));
        }
        Ok(())
    }
}

async fn serve(listener: TcpListener, router: Router, phases: Phases) -> anyhow::Result<()> {
    let server = axum::serve(listener, router)
        .with_graceful_shutdown(phases.draining.clone().cancelled_owned());
    tokio::select! {
        ended = server => ended.context("the server failed"),
        () = phases.stopping.cancelled() => Ok(()),
    }
}
