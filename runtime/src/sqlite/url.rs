//! What a URL says of a file.

use std::path::PathBuf;

use super::options::{SqliteOptions, Synchronous};
use crate::error::StoreError;

/// Reads `sqlite:bank.db`, `sqlite:///var/lib/bank.db`, `sqlite:bank.db?synchronous=normal&busy_timeout=2s&readers=8`.
///
/// The path stands as it is, up to a `?`.
pub(super) fn parse(url: &str, mut options: SqliteOptions) -> Result<(PathBuf, SqliteOptions), StoreError> {
    let refuse = |reason: &str| StoreError::Url { url: url.to_owned(), reason: reason.to_owned() };
    let rest = url.strip_prefix("sqlite:").ok_or_else(|| refuse("write `sqlite:bank.db`"))?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    match path {
        "" => return Err(refuse("it names no file: write `sqlite:bank.db`")),
        ":memory:" => return Err(refuse("for a store in memory, write `memory:`")),
        _ => {}
    }
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        options = match parameter.split_once('=').unwrap_or((parameter, "")) {
            ("synchronous", "full") => options.synchronous(Synchronous::Full),
            ("synchronous", "normal") => options.synchronous(Synchronous::Normal),
            ("synchronous", "off") => options.synchronous(Synchronous::Off),
            ("synchronous", _) => return Err(refuse("`synchronous` is `full`, `normal` or `off`")),
            ("busy_timeout", time) => match humantime::parse_duration(time) {
                Ok(time) => options.busy_timeout(time),
                Err(_) => return Err(refuse("`busy_timeout` is a time, like `5s`")),
            },
            ("readers", count) => match count.parse() {
                Ok(count @ 1..) => options.readers(count),
                _ => return Err(refuse("`readers` is how many connections read at most, like `4`")),
            },
            (other, _) => {
                let known =
                    "`synchronous`, `busy_timeout` and `readers` are known; anything else is set by `SqliteOptions`";
                return Err(refuse(&format!("it asks for `{other}`: {known}")));
            }
        };
    }
    Ok((path.into(), options))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_url_names_a_file_and_how_it_is_used() {
        let read = |url: &str| parse(url, SqliteOptions::production()).ok();
        for (url, path) in [
            ("sqlite:bank.db", "bank.db"),
            ("sqlite://bank.db", "bank.db"),
            ("sqlite:/var/bank.db", "/var/bank.db"),
            ("sqlite:///var/bank.db", "/var/bank.db"),
            ("sqlite:a%20b#c.db?readers=2", "a%20b#c.db"),
        ] {
            assert_eq!(read(url).map(|(path, _)| path), Some(path.into()), "{url}");
        }
        let told = read("sqlite:b?synchronous=normal&busy_timeout=250ms&readers=7").map(|(_, options)| options);
        let told = told.map(|told| (told.synchronous, told.busy_timeout, told.readers));
        assert_eq!(told, Some((Synchronous::Normal, Duration::from_millis(250), 7)));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (url, said) in [
            ("sqlite:", "names no file"),
            ("sqlite://", "names no file"),
            ("sqlite::memory:", "memory:"),
            ("sqlite:b?synchronous=maybe", "synchronous"),
            ("sqlite:b?busy_timeout=soon", "like `5s`"),
            ("sqlite:b?readers=0", "readers"),
            ("sqlite:b?mode=ro", "`mode`"),
        ] {
            let error = parse(url, SqliteOptions::production()).err().map(|error| error.to_string());
            assert!(error.as_ref().is_some_and(|error| error.contains(said)), "{url}: {error:?}");
        }
    }
}
