//! shared: the members of one shared subscription, of whom each message reaches one. The last one moves from endpoint to endpoint.

use super::base::Base;
use super::moves::Moves;
use super::role::Role;
use super::{Spec, Workload};
use std::sync::Arc;
use std::time::Duration;

/// A broker need not have shared subscriptions, and says so by its SUBACK.
const REFUSED_LIMIT: Duration = Duration::from_secs(3);

pub const SPEC: Spec = Spec {
    default_move_every_ms: 5_000,
    default_moves: "cut",
    // A broker without shared subscriptions may grant them, and then nobody gets anything.
    is_for_all: false,
    ..Spec::usual("shared", |base| {
        let base = base.with_publisher();
        let member = |number| {
            let name = match number {
                1 => "sub".to_owned(),
                _ => format!("sub-{number}"),
            };
            let filters = vec![(
                format!("$share/members/{}/+", base.config.base.topic),
                base.highest_qos(),
            )];
            base.new_member(&name, base.config.base.clean_subscriber, filters, Some(REFUSED_LIMIT))
        };
        let members = (1..=base.config.members).map(member).collect();
        Arc::new(Shared { base, members })
    })
};

struct Shared {
    base: Base,
    members: Vec<Arc<Role>>,
}

impl Workload for Shared {
    fn base(&self) -> &Base {
        &self.base
    }

    fn place(&self, i: usize, _intended_us: u64) -> (String, u8) {
        self.base.in_turn(i)
    }

    fn subscribers(&self) -> Vec<Arc<Role>> {
        self.members.clone()
    }

    fn started(self: Arc<Self>) {
        // The first one stays, so that somebody is always there.
        let Some(last) = self.members[1..].last().cloned() else {
            return;
        };
        tokio::spawn(async move { Moves::new(&self.base, vec![last]).make().await });
    }
}
