//! Systems side by side: in turn within each round, medians of rounds.

use crate::{
    bank::{Place, System},
    cluster::Cluster,
    drive::{Load, Until},
    round::round,
    systems,
    table::{Cell, HEAD},
    workload::Workload,
};

/// What is to be compared.
pub(crate) struct Plan<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) systems: Vec<&'a dyn System>,
    pub(crate) place: Place,
    pub(crate) seconds: f64,
    pub(crate) rounds: u64,
}

impl Plan<'_> {
    /// Measures one workload at one concurrency, and prints it. Whether all was right.
    pub(crate) async fn compare(&self, workload: Workload, concurrency: usize) -> bool {
        let mut cells: Vec<Cell> = self.systems.iter().map(|_| Cell::default()).collect();
        for seed in 1..=self.rounds {
            for (system, cell) in self.systems.iter().zip(&mut cells) {
                if system.cannot(workload).is_some() {
                    continue;
                }
                eprintln!("{} at {concurrency}, round {seed} of {}: {}", workload.name(), self.rounds, system.name());
                let load = Load { workload, concurrency, until: Until::Seconds(self.seconds), seed };
                cell.rounds.push(round(*system, self.cluster, load).await);
            }
        }
        self.print(workload, concurrency, &cells);
        cells.iter().all(|cell| cell.wrong().is_none())
    }

    fn print(&self, workload: Workload, concurrency: usize, cells: &[Cell]) {
        let reference = systems::reference(self.place);
        let measured = self.systems.iter().zip(cells);
        let rate = measured.clone().find(|(system, _)| system.name() == reference).map(|(_, cell)| cell.rate());
        let commands =
            if concurrency == 1 { "one command at a time".into() } else { format!("{concurrency} commands at once") };
        println!("\n### {}, {commands}\n\n{}\n\n{HEAD}", workload.name(), workload.about());
        for (system, cell) in measured {
            match system.cannot(workload) {
                Some(reason) => println!("| {} | – | – | – | – | – | – | – | – | – | {reason} |", system.name()),
                None => println!("{}", cell.row(system.name(), rate)),
            }
        }
    }
}
