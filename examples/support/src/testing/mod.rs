//! An API over real HTTP, on every kind of store.

mod client;
mod document;
mod server;

pub use self::{
    client::{Client, Reply, Request},
    document::Document,
    server::{Kind, Server},
};

/// What a test comes to.
pub type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Each of these tests, `async fn(Kind) -> Done`, on every kind of store.
#[macro_export]
macro_rules! on_every_store {
    ($($test:ident)*) => {
        $crate::on_every_store! { in_memory Memory: $($test)* }
        $crate::on_every_store! { on_a_file Sqlite: $($test)* }
        $crate::on_every_store! { on_postgres Postgres: $($test)* }
    };
    ($place:ident $kind:ident: $($test:ident)*) => {
        mod $place {
            $(
                #[tokio::test]
                async fn $test() -> $crate::testing::Done {
                    super::$test($crate::testing::Kind::$kind).await
                }
            )*
        }
    };
}
