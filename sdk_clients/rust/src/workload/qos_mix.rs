//! qos-mix: QoS 0, 1 and 2 side by side, one topic and one window for each.

use super::base::Base;
use super::role::Role;
use super::{Spec, Workload};
use std::sync::Arc;

pub const SPEC: Spec = Spec {
    default_qos: "0,1,2",
    is_for_all: true,
    measures_latency: true,
    ..Spec::usual("qos-mix", |base| {
        let base = base.with_publisher();
        let filters = base.config.qos.iter().map(|qos| (topic(&base, *qos), *qos)).collect();
        let subscriber = base.new_subscriber("sub", base.config.base.clean_subscriber, filters);
        Arc::new(QosMix { base, subscriber })
    })
};

struct QosMix {
    base: Base,
    subscriber: Arc<Role>,
}

fn topic(base: &Base, qos: u8) -> String {
    format!("{}/q{qos}", base.config.base.topic)
}

impl Workload for QosMix {
    fn base(&self) -> &Base {
        &self.base
    }

    fn place(&self, i: usize, _intended_us: u64) -> (String, u8) {
        let (qos, _) = self.base.turn(i);
        (topic(&self.base, qos), qos)
    }

    fn subscribers(&self) -> Vec<Arc<Role>> {
        vec![self.subscriber.clone()]
    }
}
