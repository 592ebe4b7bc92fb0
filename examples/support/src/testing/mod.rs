//! An API over real HTTP on every kind of store, and a program as its user runs it.

mod client;
mod document;
mod program;
mod server;

pub use rustix::process::Signal;

pub use self::{
    client::{Client, Reply, Request},
    program::{Running, says},
    server::{Kind, Server},
};

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
                async fn $test() -> $crate::Done {
                    super::$test($crate::testing::Kind::$kind).await
                }
            )*
        }
    };
}
