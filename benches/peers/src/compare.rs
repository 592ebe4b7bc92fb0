//! Systems side by side: in turn within each round, medians of rounds.

use crate::{
    bank::System,
    cluster::Cluster,
    drive::{Load, Until},
    part::Part,
    proxy::Proxy,
    report::Report,
    round::round,
    systems,
    table::{Cell, Columns},
    workload::Workload,
};

/// What is to be compared.
pub(crate) struct Plan<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) part: Part,
    pub(crate) systems: Vec<&'a dyn System>,
    pub(crate) seconds: f64,
    pub(crate) rounds: u64,
    /// What stands between the systems and the server, if anything does.
    pub(crate) proxy: Option<&'a Proxy>,
}

impl Plan<'_> {
    /// Measures one workload at one concurrency, and says what came of it. Whether all that is ours was right.
    pub(crate) async fn compare(&self, workload: Workload, concurrency: usize, report: &mut Report) -> bool {
        let mut cells: Vec<Cell> = self.systems.iter().map(|_| Cell::default()).collect();
        for seed in 1..=self.rounds {
            for (system, cell) in self.systems.iter().zip(&mut cells) {
                if system.cannot(workload).is_some() {
                    continue;
                }
                eprintln!("{} at {concurrency}, round {seed} of {}: {}", workload.name(), self.rounds, system.name());
                let load = Load { workload, concurrency, until: Until::Seconds(self.seconds), seed };
                cell.rounds.push(round(*system, self.cluster, load, self.proxy).await);
            }
        }
        self.say(workload, concurrency, &cells, report);
        let mut ours = self.systems.iter().zip(&cells).filter(|(system, _)| systems::is_ours(system.name()));
        ours.all(|(_, cell)| cell.wrong().is_none())
    }

    fn say(&self, workload: Workload, concurrency: usize, cells: &[Cell], report: &mut Report) {
        let reference = systems::reference(self.part.place());
        let columns = Columns { trips: self.proxy.is_some(), ..Columns::of(workload) };
        let measured = || self.systems.iter().zip(cells);
        let rate = measured().find(|(system, _)| system.name() == reference).map(|(_, cell)| cell.rate());
        let calls = if concurrency == 1 { "one at a time".into() } else { format!("{concurrency} at once") };
        report.say(format!("\n### {}, {calls}\n\n{}\n\n{}", workload.name(), workload.about(), columns.head()));
        for (system, cell) in measured() {
            match system.cannot(workload) {
                Some(_) if systems::VARIANTS.contains(&system.name()) => {}
                Some(reason) => report.say(columns.dashes(system.name(), reason)),
                None => {
                    report.say(cell.row(system.name(), rate, columns));
                    report.keep(self.part, (workload, concurrency), system.name(), cell);
                }
            }
        }
        let able = measured().filter(|(system, _)| system.cannot(workload).is_none());
        let notes = able.filter_map(|(system, _)| Some((system.name(), system.note(workload)?)));
        for (nth, (name, note)) in notes.enumerate() {
            let gap = if nth == 0 { "\n" } else { "" };
            report.say(format!("{gap}- {name}: {note}."));
        }
    }
}
