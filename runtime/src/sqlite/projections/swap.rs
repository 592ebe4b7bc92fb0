//! One set of tables in the place of another: compared, and taken over from the file beside the log.

use std::path::Path;

use sqlx::{Connection, sqlite::SqliteConnection};

use super::{
    SqliteDatabase,
    builds::{Object, objects, own, quoted},
    checkpoints::leased,
    texts::{rows, run},
    transaction::{in_transaction, step},
};
use crate::{
    error::StoreError,
    sql::{
        numbers::big,
        projections::{failed, names_of, next_step, plain},
        rows::Cells,
    },
    sqlite::{faults::ResultCodes, rows::text, statements::DROP_CHECKPOINT},
    store::{Checkpoint, Difference, Lease, WriteFault},
};

/// How many rows that differ are shown of each table.
const SAMPLES: usize = 10;

impl SqliteDatabase {
    pub(super) async fn compare(&self, projection: &str) -> Result<Vec<Difference>, StoreError> {
        // On a connection of its own: it may take long, and both sets of tables stand still.
        let mut connection = self.driver().connector.connect_to_write().await?;
        let compared = async {
            attach(&mut connection, &self.beside(projection)).await?;
            let mut differences = Vec::new();
            let tables = format!(
                "select name from projection_objects where projection = '{projection}' and type = 'table'
                 union select name from next.sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by 1"
            );
            for row in rows(&mut connection, &tables).await? {
                let table = text(&row, 0).map_err(failed::<ResultCodes>)?.to_owned();
                differences.extend(difference(&mut connection, table).await?);
            }
            Ok(differences)
        };
        let compared = compared.await.map_err(plain);
        // It takes the attached file along.
        let _ = connection.close().await;
        compared
    }

    pub(super) async fn take_over(
        &self,
        projection: &str,
        next: &Lease,
        leases: &[(Lease, Checkpoint)],
    ) -> Result<Vec<Lease>, WriteFault> {
        let (driver, path) = (self.driver(), self.beside(projection));
        let moved = driver.alone(async |connection| {
            if let Err(fault) = attach(connection, &path).await {
                return (Err(fault), false);
            }
            let swapped = async |connection: &mut SqliteConnection| swap(connection, projection, next, leases).await;
            let (moved, sound) = in_transaction(connection, &driver.connector, swapped).await;
            let sound = sound && run(connection, "detach database next").await.is_ok();
            (moved, sound)
        });
        let moved = moved.await.map_err(WriteFault::Store)??;
        // Whatever is left over is taken away before the next build.
        let _ = self.remove_next(projection).await;
        Ok(moved)
    }
}

/// Makes the tables of another file readable as those of `next`.
async fn attach(connection: &mut SqliteConnection, path: &Path) -> Result<(), WriteFault> {
    let Some(path) = path.to_str() else {
        let context =
            format!("the path `{}` is not UTF-8: SQLite can read no second file there", path.display()).into();
        return Err(WriteFault::Store(StoreError::Failed { context, source: None }));
    };
    let attach = sqlx::query("attach database ?1 as next").bind(path.to_owned()).persistent(false);
    attach.execute(connection).await.map(drop).map_err(failed::<ResultCodes>)
}

/// Moves every share to its checkpoint, takes the right to build away, and puts the tables in their place.
async fn swap(
    connection: &mut SqliteConnection,
    projection: &str,
    next: &Lease,
    leases: &[(Lease, Checkpoint)],
) -> Result<Vec<Lease>, WriteFault> {
    let mut moved = Vec::with_capacity(leases.len());
    for (lease, to) in leases {
        step(connection, lease, to).await?;
        let code = sqlx::query("update projections set code = ?2 where name = ?1").persistent(false);
        let code = code.bind(lease.name.to_string()).bind(to.code.cast_signed());
        code.execute(&mut *connection).await.map_err(failed::<ResultCodes>)?;
        moved.push(next_step(lease));
    }
    let gone = leased(DROP_CHECKPOINT, next).bind(big(next.fence)).fetch_all(&mut *connection).await;
    if gone.map_err(failed::<ResultCodes>)?.is_empty() {
        return Err(WriteFault::Lost);
    }
    replace(connection, projection).await?;
    let (shares, names) = (leases.len(), names_of(leases));
    // Whoever shares it out otherwise loses the right, and finds why when asking for it again.
    let shared = format!(
        "update projection_builds set shares = {shares} where projection = '{projection}';
         delete from projections where (name = '{projection}' or name glob '{projection}/*') and name not in ({names})"
    );
    run(connection, &shared).await?;
    Ok(moved)
}

/// The tables of a projection are gone, and those of the next stand in their place, with their rows.
async fn replace(connection: &mut SqliteConnection, projection: &str) -> Result<(), WriteFault> {
    // Tables may refer to each other, and are dropped one by one.
    run(connection, "pragma defer_foreign_keys = on").await?;
    let old = format!("select type, name from projection_objects where projection = '{projection}'");
    let mut drops = Vec::new();
    for row in rows(connection, &old).await? {
        let (kind, name) = (text(&row, 0), text(&row, 1));
        let (kind, name) = (kind.map_err(failed::<ResultCodes>)?, name.map_err(failed::<ResultCodes>)?);
        drops.push((kind != "view", kind != "trigger", format!("drop {kind} if exists main.{}", quoted(name))));
    }
    // Views and triggers first: they speak of the tables, and indexes go with them.
    drops.sort_unstable();
    for (.., drop) in drops {
        run(connection, &drop).await?;
    }
    run(connection, &format!("delete from projection_objects where projection = '{projection}'")).await?;
    let new = objects(connection, "next").await?;
    let (tables, others): (Vec<&Object>, Vec<&Object>) = new.iter().partition(|object| object.kind == "table");
    for table in tables {
        run(connection, &table.sql).await?;
        let columns = columns(connection, "next", &table.name).await?;
        if !columns.is_empty() {
            let (name, columns) = (table.quoted(), columns.join(", "));
            run(connection, &format!("insert into main.{name} ({columns}) select {columns} from next.{name}")).await?;
        }
    }
    for other in others {
        run(connection, &other.sql).await?;
    }
    own(connection, projection, new.iter()).await
}

/// The columns that hold something of their own.
async fn columns(connection: &mut SqliteConnection, schema: &str, table: &str) -> Result<Vec<String>, WriteFault> {
    let sql = format!(
        "select name from pragma_table_xinfo('{}', '{schema}') where hidden = 0 order by cid",
        table.replace('\'', "''")
    );
    let found = rows(connection, &sql).await?;
    found.iter().map(|row| text(row, 0).map(quoted)).collect::<Result<_, _>>().map_err(failed::<ResultCodes>)
}

/// Which rows only one of the two has, if any.
async fn difference(connection: &mut SqliteConnection, table: String) -> Result<Option<Difference>, WriteFault> {
    let mut selects = Vec::new();
    let mut there = Vec::new();
    for (schema, sign) in [("main", ""), ("next", "-")] {
        let columns = columns(connection, schema, &table).await?;
        there.push(!columns.is_empty());
        // A row as a text that says everything of it, and how often it is there.
        let cells: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let cells = if cells.is_empty() { "''".to_owned() } else { cells.join(" || ', ' || ") };
        let from = if columns.is_empty() {
            "(select 1 where false)".to_owned()
        } else {
            format!("{schema}.{}", quoted(&table))
        };
        selects.push(format!("select {cells} as cells, {sign}count(*) as more from {from} group by 1"));
    }
    let sql = format!(
        "select cells, sum(more) from ({}) group by cells having sum(more) <> 0 order by cells",
        selects.join(" union all ")
    );
    let (mut only_in_current, mut only_in_next) = ((0, Vec::new()), (0, Vec::new()));
    for row in rows(connection, &sql).await? {
        let more = row.number(1).map_err(failed::<ResultCodes>)?;
        let ((count, samples), sign) = if more > 0 { (&mut only_in_current, '-') } else { (&mut only_in_next, '+') };
        *count += more.unsigned_abs();
        if samples.len() < SAMPLES {
            samples.push(format!("{sign} {}", text(&row, 0).map_err(failed::<ResultCodes>)?));
        }
    }
    let differs = only_in_current.0 + only_in_next.0 > 0 || there.first() != there.last();
    let samples = [only_in_current.1, only_in_next.1].concat();
    Ok(differs.then(|| Difference::new(table, only_in_current.0, only_in_next.0, samples)))
}
