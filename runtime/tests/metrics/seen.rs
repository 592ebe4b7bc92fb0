//! What a recorder has seen, added up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use foldline_runtime::metrics::{Kind, TABLE};
use metrics_util::{
    MetricKind,
    debugging::{DebugValue, DebuggingRecorder, Snapshotter},
};

/// The largest value that each metric has had, and its series.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) largest: BTreeMap<String, f64>,
    pub(crate) series: BTreeSet<(String, Vec<(String, String)>)>,
}

/// The recorder of this process.
pub(crate) fn recorder() -> &'static Snapshotter {
    static SNAPSHOTTER: OnceLock<Snapshotter> = OnceLock::new();
    SNAPSHOTTER.get_or_init(|| {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        assert!(recorder.install().is_ok(), "there is one recorder");
        snapshotter
    })
}

impl Seen {
    /// Looks again. What does not stand in the table as it was seen is a failure.
    pub(crate) fn look(&mut self) {
        for (key, unit, description, value) in recorder().snapshot().into_vec() {
            let (kind, key) = key.into_parts();
            let metric = TABLE.iter().find(|metric| metric.name == key.name());
            let Some(metric) = metric else { panic!("`{}` does not stand in the table", key.name()) };
            let labels: Vec<_> = key.labels().map(|label| (label.key().to_owned(), label.value().to_owned())).collect();
            let names: Vec<_> = labels.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, metric.labels, "{}", metric.name);
            assert_eq!(
                (unit, description.as_deref()),
                (Some(metric.unit), Some(metric.description)),
                "{}",
                metric.name
            );
            let (kind_seen, value) = match value {
                DebugValue::Counter(value) => (Kind::Counter, value as f64),
                DebugValue::Gauge(value) => (Kind::Gauge, value.into_inner()),
                DebugValue::Histogram(values) => {
                    (Kind::Histogram, values.into_iter().map(f64::from).fold(0.0, f64::max))
                }
            };
            assert_eq!(kind_seen, metric.kind, "{} is recorded as a {kind:?}", metric.name);
            assert!(matches!(kind, MetricKind::Counter | MetricKind::Gauge | MetricKind::Histogram));
            let largest = self.largest.entry(metric.name.to_owned()).or_default();
            *largest = largest.max(value);
            self.series.insert((metric.name.to_owned(), labels));
        }
    }

    /// The metrics of the table that were never anything but zero.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let names = TABLE.iter().map(|metric| metric.name);
        names.filter(|name| self.largest.get(*name).is_none_or(|largest| *largest == 0.0)).collect()
    }

    pub(crate) fn has(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.series.contains(&(name.to_owned(), labels))
    }
}
