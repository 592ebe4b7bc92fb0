//! What happened to each account, in rows of the database that the log lives in: for whoever asks in SQL.

use banking::{AccountEvent, AccountId, Money};
use foldline::{
    AnyStore, PostgresDatabase, Projection, RawEvent, Rows, SqliteDatabase,
    prelude::*,
    sqlx::{self, PgConnection, SqliteConnection},
    storage::Database,
};

const TABLE: &str = "create table statements (
        position bigint primary key, account text not null, what text not null, amount text not null);
    create index statements_by_account on statements (account, position)";

const SELECT: &str = "select position, what, amount from statements where account = $1 order by position";

/// A line for each movement of money. It holds those of a batch, until they are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statements {
    positions: Vec<i64>,
    accounts: Vec<String>,
    what: Vec<&'static str>,
    /// In cents, as text: SQLite's numbers do not hold as much as an account.
    amounts: Vec<String>,
}

impl Statements {
    fn add(&mut self, record: &RawEvent, account: &AccountId, what: &'static str, amount: Money) {
        self.positions.push(record.position().cast_signed());
        self.accounts.push(account.to_string());
        self.what.push(what);
        self.amounts.push(amount.as_cents().to_string());
    }
}

#[projection(ignore(AccountEvent::Opened, AccountEvent::Closed))]
impl Statements {
    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self, account: AccountId, record: &RawEvent, amount: Money) {
        self.add(record, &account, "paid in", amount);
    }

    #[on(AccountEvent::Withdrawn)]
    fn withdrawn(&mut self, account: AccountId, record: &RawEvent, amount: Money) {
        self.add(record, &account, "paid out", amount);
    }

    #[on(AccountEvent::InterestPaid)]
    fn interest_paid(&mut self, account: AccountId, record: &RawEvent, amount: Money) {
        self.add(record, &account, "interest", amount);
    }
}

impl Rows<PostgresDatabase> for Statements {
    type Error = sqlx::Error;

    async fn create(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(TABLE).execute(connection).await.map(drop)
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let insert = "insert into statements select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])";
        let insert = sqlx::query(insert).bind(self.positions).bind(self.accounts).bind(self.what).bind(self.amounts);
        insert.execute(connection).await.map(drop)
    }
}

impl Rows<SqliteDatabase> for Statements {
    type Error = sqlx::Error;

    async fn create(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(TABLE).execute(connection).await.map(drop)
    }

    async fn write(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let lines = self.positions.into_iter().zip(self.accounts).zip(self.what.into_iter().zip(self.amounts));
        for ((position, account), (what, amount)) in lines {
            let insert = sqlx::query("insert into statements values (?1, ?2, ?3, ?4)");
            insert.bind(position).bind(account).bind(what).bind(amount).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// Whether a store has rows for them.
pub(crate) fn are_kept(store: &AnyStore) -> bool {
    PostgresDatabase::of(store).is_some() || SqliteDatabase::of(store).is_some()
}

/// What happened to the money of one account, in order: where in the log, what, and how much it was. `None` where the store
/// keeps no rows.
pub(crate) async fn lines(
    store: &AnyStore,
    account: &AccountId,
) -> Result<Option<Vec<(i64, String, Money)>>, StoreError> {
    let account = account.to_string();
    let rows: Vec<(i64, String, String)> = if let Some(database) = PostgresDatabase::of(store) {
        let read = database
            .read(Statements::NAME, move |rows| Box::pin(sqlx::query_as(SELECT).bind(account.clone()).fetch_all(rows)));
        read.await?
    } else if let Some(database) = SqliteDatabase::of(store) {
        database.read(move |rows| Box::pin(sqlx::query_as(SELECT).bind(account.clone()).fetch_all(rows))).await?
    } else {
        return Ok(None);
    };
    let lines = rows.into_iter().map(|(position, what, cents)| match cents.parse() {
        Ok(amount) => Ok((position, what, Money::from_cents(amount))),
        Err(_) => Err(StoreError::Failed { context: format!("`{cents}` is no amount").into(), source: None }),
    });
    lines.collect::<Result<_, _>>().map(Some)
}
