//! A schema's history: forward only, each step once.

use crate::error::StoreError;

/// One step. The first is version 1.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) version: i32,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

impl Migration {
    /// Of the text as it stands in its file: the same in every log.
    pub(crate) fn checksum(&self) -> String {
        format!("{:016x}", digest(self.sql))
    }

    /// The statement that writes it into the history.
    pub(crate) fn record(&self, table: &str) -> String {
        let (version, name, checksum) = (self.version, self.name, self.checksum());
        format!(
            "insert into {table} (version, name, checksum) values ({version}, '{name}', '{checksum}') on conflict do nothing;\n"
        )
    }
}

/// FNV-1a: tells texts apart that differ by accident, the same on every machine.
pub(crate) fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What is still to be done, given the history as it stands, oldest first. One that is not the beginning of ours is refused.
pub(crate) fn missing(
    ours: &'static [Migration],
    applied: &[(i32, String)],
) -> Result<&'static [Migration], StoreError> {
    let refuse = |context: String| Err(StoreError::Failed { context: context.into(), source: None });
    for (version, checksum) in applied {
        match ours.iter().find(|known| known.version == *version) {
            None => {
                return refuse(format!(
                    "the schema is at version {version}, and this program knows {}: run it with the version of Foldline that made it, or a newer one",
                    ours.len()
                ));
            }
            Some(known) if known.checksum() != *checksum => {
                return refuse(format!(
                    "migration {version} (`{}`) was applied with another text: the schema was not made by a released version of Foldline",
                    known.name
                ));
            }
            Some(_) => {}
        }
    }
    Ok(ours.get(applied.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [Migration; 3] = [
        Migration { version: 1, name: "one", sql: "create table one (x integer);" },
        Migration { version: 2, name: "two", sql: "create table two (x integer);" },
        Migration { version: 3, name: "three", sql: "create table three (x integer);" },
    ];

    fn history(count: usize) -> Vec<(i32, String)> {
        OURS.iter().take(count).map(|step| (step.version, step.checksum())).collect()
    }

    #[test]
    fn a_history_is_continued_and_a_foreign_one_refused() {
        assert_eq!(missing(&OURS, &[]).map(<[_]>::len).ok(), Some(OURS.len()));
        assert_eq!(missing(&OURS, &history(1)).ok().and_then(|rest| rest.first()).map(|step| step.version), Some(2));
        assert!(missing(&OURS, &history(OURS.len())).is_ok_and(<[_]>::is_empty));
        let mut newer = history(OURS.len());
        newer.push((99, "from the future".into()));
        assert!(missing(&OURS, &newer).is_err_and(|error| error.to_string().contains("99")));
        let mut other = history(1);
        other[0].1 = "edited".into();
        assert!(missing(&OURS, &other).is_err());
    }
}
