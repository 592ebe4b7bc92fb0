//! What happened to each account, in rows of the database that the log lives in: for whoever asks in SQL.

use banking::{AccountEvent, AccountId, Money};
use foldline::{PostgresDatabase, RawEvent, Rows, SqliteDatabase, prelude::*};
use sqlx::{PgConnection, SqliteConnection};

const TABLE: &str = "create table statements (
        position bigint primary key, account text not null, what text not null, amount text not null);
    create index statements_by_account on statements (account, position)";

/// A line for each movement of money. It holds those of a batch, until they are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statements {
    positions: Vec<i64>,
    accounts: Vec<String>,
    what: Vec<&'static str>,
    /// In cents, as text: no column of numbers holds as much as an account.
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
