//! failover: publisher and subscriber move from endpoint to endpoint, in turn, while messages are published.

use super::base::Base;
use super::moves::Moves;
use super::role::Role;
use super::{Spec, Workload};
use std::sync::Arc;

pub const SPEC: Spec = Spec {
    default_qos: "1,2",
    is_for_all: true,
    ..Spec::usual("failover", |base| {
        let base = base.with_publisher();
        let filters = vec![(format!("{}/+", base.config.base.topic), base.highest_qos())];
        let subscriber = base.new_subscriber("sub", base.config.base.clean_subscriber, filters);
        Arc::new(Failover { base, subscriber })
    })
};

struct Failover {
    base: Base,
    subscriber: Arc<Role>,
}

impl Workload for Failover {
    fn base(&self) -> &Base {
        &self.base
    }

    fn place(&self, i: usize, _intended_us: u64) -> (String, u8) {
        self.base.in_turn(i)
    }

    fn subscribers(&self) -> Vec<Arc<Role>> {
        vec![self.subscriber.clone()]
    }

    fn started(self: Arc<Self>) {
        let publisher = self.base.publisher.iter().cloned();
        let roles = publisher.chain([self.subscriber.clone()]).collect();
        tokio::spawn(async move { Moves::new(&self.base, roles).make().await });
    }
}
