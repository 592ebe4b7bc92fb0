//! Where a database's URL ends and ours begins.

use sqlx::postgres::PgConnectOptions;

use super::options::PostgresOptions;
use crate::error::StoreError;

/// Takes our own parameters out of a URL, `schema` and `pooled`; the rest is the driver's.
pub(super) fn parse(
    url: &str,
    mut options: PostgresOptions,
) -> Result<(PgConnectOptions, PostgresOptions), StoreError> {
    let refuse = |reason: String| StoreError::Url { url: shown(url), reason };
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut rest = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("schema", name)) if name.contains('%') => {
                return Err(refuse("write the schema's name without `%`, or give it by `PostgresOptions`".into()));
            }
            Some(("schema", name)) => options = options.schema(name),
            Some(("pooled", "true")) => options = options.pooled(true),
            Some(("pooled", "false")) => options = options.pooled(false),
            Some(("pooled", _)) => return Err(refuse("`pooled` is `true` or `false`".into())),
            _ => rest.push(parameter),
        }
    }
    let rest = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
    let target = rest.parse::<PgConnectOptions>().map_err(|error| refuse(error.to_string()))?;
    Ok((target, options))
}

/// The URL without what may be a password: neither before the `@` nor among the parameters.
fn shown(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(base, _)| base);
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_parameters_are_ours_and_the_rest_is_the_drivers() {
        let url = "postgres://ada:secret@db.example/bank?schema=teller&sslmode=disable&pooled=true";
        let parsed = parse(url, PostgresOptions::production());
        let Ok((target, options)) = parsed else { unreachable!("{parsed:?}") };
        assert_eq!((target.get_host(), target.get_database()), ("db.example", Some("bank")));
        assert!(matches!(target.get_ssl_mode(), sqlx::postgres::PgSslMode::Disable));
        assert_eq!((options.schema.as_str(), options.pooled), ("teller", true));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for url in ["postgres://ada:secret@h/b?pooled=maybe", "postgres://ada:secret@h/b?schema=%20&password=secret"] {
            let refused = parse(url, PostgresOptions::production());
            assert!(refused.is_err_and(|error| !error.to_string().contains("secret")));
        }
    }
}
